"""Census: what data sets there are, what they hold, and what is wrong with them."""
