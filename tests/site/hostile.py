"""What a model may answer to be noticed: markup, script ends, invisible characters, endless text."""

FIRE = "document.title='fired'"

MARKUP = (
    f'<img src=x onerror="{FIRE}">',
    f"</script><script>{FIRE}</script>",
    f"</pre></details><script>{FIRE}</script>",
    f"<svg onload={FIRE}>",
    f'"><a href=javascript:{FIRE}>x</a>',
    "<!-- --><style>*{display:none}</style>",
    f'<iframe src="javascript:parent.{FIRE}"></iframe>',
    f"<body onload={FIRE}>",
    f"<details open ontoggle={FIRE}><summary>x</summary></details>",
    f"<input autofocus onfocus={FIRE}>",
    f"<video><source onerror={FIRE}></video>",
    f"<math><mtext></mtext><script>{FIRE}</script></math>",
    f"<svg><script>{FIRE}</script></svg>",
    f'<object data="data:text/html,<script>parent.{FIRE}</script>"></object>',
    '<meta http-equiv="refresh" content="0;url=https://example.org/">',
    '<base href="https://example.org/">',
    '<link rel="stylesheet" href="https://example.org/x.css">',
    '<form action="https://example.org/"><button>go</button></form>',
    "<template><img src=x></template>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<textarea></textarea><title></title><xmp>",
    "]]></svg><![CDATA[<b>",
    "<!--<script>",
    "--><script>/*",
    "&lt;script&gt;&#60;script&#62;&amp;lt;",
    "' onmouseover='x' data-order='1",
    '" onmouseover="x" class="leads',
    "`onerror=x` ${7*7} #{7*7}",
    "{{ 7 * 7 }}{% raw %}",
    "{% endblock %}{{ self.__init__ }}",
    "');board({});//",
    "*/ window.board = null; /*",
    "__proto__",
    "constructor",
)

CHARACTERS = (
    "SELECT 'a\u2028b\u2029c' FROM t",
    "SELECT '\u202egnp.exe\u2066' -- \u200b",
    "SELECT '\x00\x01\x07\x1b[31m\x7f\x85' FROM t",
    "SELECT '\u200f\u061c\u2067abc\u2069' FROM t",
    "SELECT '\ufeff\ufffe\uffff' FROM t",
    "SELECT '\ud800' FROM t",
    "SELECT '" + "e" + "\u0301" * 500 + "' FROM t",
    "SELECT '\U0001f468\u200d\U0001f469\u200d\U0001f467\U000e0067'",
    "\r\n\r\r\n\t\x0b\x0c",
    "",
)

LENGTH = (
    "SELECT '" + "a" * 1_000_000 + "'",
    "SELECT " + "(" * 5_000 + "1" + ")" * 5_000,
    "SELECT 1" + "\n" * 100_000,
    "SELECT 1 -- " + "<b>" * 50_000,
)

HOSTILE = (*MARKUP, *CHARACTERS, *LENGTH)
