"""The table of a board in a browser: open it, read its columns, find its fields."""

COLUMN = """key => {
  const headers = [...document.querySelectorAll('.names th')];
  const at = headers.findIndex(one => one.dataset.key === key);
  return [...document.querySelectorAll('table.board tbody tr')].map(row => {
    const cell = row.cells[at];
    if (cell.tagName === 'TH') return cell.querySelector('a, *')?.textContent ?? cell.textContent;
    return cell.dataset.order === '' ? null : Number(cell.dataset.order);
  });
}"""
LINES = """[...document.querySelectorAll('table.board tbody tr')].map(row => Number(row.dataset.line))"""


ALL = "6 of 6 rows, 12 of 12 questions"


def opened(page, site, state=""):
    page.goto("about:blank")
    page.goto(site.joinpath("index.html").as_uri() + state)
    page.wait_for_selector("html[data-ready]")


def keys(page):
    return page.eval_on_selector_all(".names th", "all => all.map(one => one.dataset.key)")


def header(page, key):
    return page.locator(f'.names th[data-key="{key}"]')


def shows(page, lines):
    """Wait until the rows of these lines are there, in this order."""
    page.wait_for_function(f"lines => String({LINES}) === String(lines)", arg=lines, timeout=5000)


def field(page, name):
    page.eval_on_selector_all("#controls details", "all => all.forEach(one => { one.open = true; })")
    return page.locator(f"#controls [name={name}]")
