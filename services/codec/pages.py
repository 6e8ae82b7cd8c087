"""The login page, in both languages. No script, nothing from elsewhere, and nothing that a user typed."""

from html import escape

from fastapi.responses import HTMLResponse

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

_FORM = """<p>请输入查看明文的令牌。<br>Enter the token with which you may see clear text.</p>
<form method="post" action="login"><input type="password" name="token" autocomplete="off" required autofocus
aria-label="令牌 token"> <button>登录 log in</button></form>"""

_DONE = """<p>已登录，{hours} 小时内有效。<br>You are logged in, for {hours} hours.</p>
<p>请打开 Temporal 页面右上角的 Codec Server 设置，选择 <em>Use my browser setting</em>，填入下面的地址，
打开 <em>Include cross-origin credentials</em>，点击 <em>Apply</em>。<br>
In the Temporal UI, at the top right, open Codec Server, choose <em>Use my browser setting</em>, enter the address below,
switch <em>Include cross-origin credentials</em> on, and click <em>Apply</em>.</p>
<p><code>{endpoint}</code></p>
<p><a href="{ui}">{ui}</a></p>
<form method="post" action="logout"><button>退出 log out</button></form>"""


def login(status: int = 200, fault: str = "") -> HTMLResponse:
    """Where the token is entered; `fault` says why the last one was not taken."""
    return _page((f'<p role="alert">{escape(fault)}</p>' if fault else "") + _FORM, status)


def logged_in(ui_origin: str, endpoint: str, hours: int) -> HTMLResponse:
    """What to do next; `endpoint` is what the UI has to be told."""
    return _page(_DONE.format(ui=escape(ui_origin), endpoint=escape(endpoint), hours=hours))


def _page(body: str, status: int = 200) -> HTMLResponse:
    head = (
        '<meta charset="utf-8"><title>统筹 · 明文查看 codec server</title>'
        "<style>body{font-family:sans-serif;margin:3rem}</style>"
    )
    return HTMLResponse(f'<!doctype html><html lang="zh">{head}<h1>统筹 · 明文查看</h1>{body}</html>', status, _HEADERS)
