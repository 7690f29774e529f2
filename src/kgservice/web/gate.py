"""Who may come in where: the one table of addresses that are not for everybody, and the least role for each."""

from collections.abc import Callable, Mapping
from urllib.parse import quote

from flask import Flask, Response, g, redirect, request
from werkzeug.wrappers import Response as Answer

from kgservice.access import Account, Role
from kgservice.errors import AccessDenied, Unauthenticated
from kgservice.web.callers import Callers
from kgservice.web.negotiation import wants_page

_R, _C, _S, _O = Role
ROUTES: Mapping[str, Mapping[str, Role | None]] = {
    # by address: the least role for each method; None = anybody
    "/curate/sign-in": {"GET": None, "POST": None},
    "/curate/sign-out": {"POST": _R},
    "/curate/password": {"GET": _R, "POST": _R},
    "/curate": {"GET": _R},
    "/curate/sources/new": {"GET": _C, "POST": _C},
    "/curate/proposals/<int:number>": {"GET": _C, "POST": _C},
    "/curate/duplicates": {"GET": _R, "POST": _C},
    "/curate/duplicates/search": {"POST": _C},
    "/curate/sources/<name>/upload": {"GET": _C, "POST": _C},
    "/curate/uploads/<number>": {"GET": _C, "POST": _C},
    "/curate/uploads/<number>/discard": {"POST": _C},
    "/curate/jobs": {"GET": _R},
    "/curate/jobs/<int:number>": {"GET": _R},
    "/curate/jobs/<int:number>/events": {"GET": _R},
    "/curate/jobs/<int:number>/cancel": {"POST": _C},
    "/curate/jobs/<int:number>/again": {"POST": _C},
    "/curate/drafts/<draft_id>": {"GET": _R},
    "/curate/drafts/<draft_id>/findings.<ending>": {"GET": _R},
    "/curate/drafts/<draft_id>/rows": {"GET": _R},
    "/curate/drafts/<draft_id>/waive": {"POST": _S},
    "/curate/drafts/<draft_id>/revoke": {"POST": _S},
    "/curate/drafts/<draft_id>/wordings": {"GET": _C, "POST": _C},
    "/curate/drafts/<draft_id>/wordings/take-back": {"POST": _C},
    "/curate/drafts/<draft_id>/read-again": {"POST": _C},
    "/curate/drafts/<draft_id>/impact": {"POST": _C},
    "/curate/drafts/<draft_id>/review": {"GET": _R},
    "/curate/drafts/<draft_id>/accept": {"POST": _S},
    "/curate/drafts/<draft_id>/comment": {"POST": _C},
    "/curate/drafts/<draft_id>/send-back": {"POST": _S},
    "/curate/drafts/<draft_id>/rebase": {"POST": _C},
    "/curate/drafts/<draft_id>/preview": {"POST": _C},
    "/curate/drafts/<draft_id>/publish": {"POST": _S},
    "/curate/drafts/<draft_id>/discard": {"POST": _C},
    "/curate/history": {"GET": _R},
    "/curate/releases/<int:number>/rollback": {"GET": _S, "POST": _S},
    "/curate/users": {"GET": _O, "POST": _O},
    "/curate/users/<name>/role": {"POST": _O},
    "/curate/users/<name>/password": {"POST": _O},
    "/curate/users/<name>/remove": {"POST": _O},
    "/curate/audit": {"GET": _O},
    "/curate/audit.<ending>": {"GET": _O},
    "/drafts": {"GET": _C},
    "/drafts/<draft_id>": {"GET": _C},
    "/drafts/<draft_id>/history": {"GET": _C},
    "/drafts/<draft_id>/review": {"GET": _C},
    "/drafts/<draft_id>/conflicts": {"GET": _C},
    "/drafts/<draft_id>/impact": {"GET": _C},
    "/drafts/<draft_id>/report.<ending>": {"GET": _C},
    "/drafts/<draft_id>/causes": {"GET": _C},
    "/drafts/<draft_id>/findings": {"GET": _C},
    "/drafts/<draft_id>/tables": {"GET": _C},
    "/drafts/<draft_id>/rows": {"GET": _C},
    "/drafts/<draft_id>/waivers": {"POST": _S},
    "/waivers": {"GET": _C},
    "/waivers/<name>/revoke": {"POST": _S},
    "/drafts/<draft_id>/accept": {"POST": _S},
    "/drafts/<draft_id>/comment": {"POST": _C},
    "/drafts/<draft_id>/send-back": {"POST": _S},
    "/-/queries": {"GET": _O},
    "/-/queries/<query_id>": {"DELETE": None},
    "/-/crashes": {"GET": _O, "DELETE": _O},
    "/releases/<int:before>/compare/<int:after>": {"GET": _R},
    "/releases/<int:number>/keep": {"POST": _S},
    "/releases/<int:number>/rollback": {"GET": _C, "POST": _S},
    "/drafts/<draft_id>/sparql": {"GET": _C, "POST": _C, "QUERY": _C},
    "/drafts/<draft_id>/preview/sparql": {"GET": _C, "POST": _C, "QUERY": _C},
    "/drafts/<draft_id>/update": {"POST": _C},
    "/drafts/<draft_id>/graphs": {"GET": _C, "PUT": _C, "POST": _C, "DELETE": _C},
    "/drafts/<draft_id>/graphs/<path:direct>": {"GET": _C, "PUT": _C, "POST": _C, "DELETE": _C},
}
JOBS: Mapping[str, Role] = {
    # by kind: the least role that may put a job in, cancel it and try it again
    "import": _C, "preview": _C, "impact": _C, "rebase": _C, "duplicates": _C, "proposal": _C, "source": _C,
    "publish": _S, "rollback": _S,
}  # fmt: skip
_CLOSED = ("/curate", "/drafts")
"""What begins so and is not in the table is for nobody."""


_BY_HAND = ("/drafts/<draft_id>/update", "/drafts/<draft_id>/graphs", "/drafts/<draft_id>/graphs/<path:direct>")
"""Where any graph can be written: not for who is limited to some sources."""
_READING = ("GET", "HEAD", "QUERY")


def install(app: Flask, callers: Callers, touched: Callable[[str], tuple[str, ...]]) -> None:
    """Keep out, before each request, who may not come in; a browser without a session is sent to sign in.

    `touched` names the sources that a draft changes, for those who are limited to some.
    """

    @app.before_request
    def enter() -> Answer | None:
        g.address = g.get("client", "")  # `insist` puts the account in its place
        rule = request.url_rule.rule if request.url_rule else ""
        if request.method == "OPTIONS" or not (rule in ROUTES or rule.startswith(_CLOSED)):
            return None
        method = "GET" if request.method == "HEAD" else request.method
        roles = ROUTES.get(rule, {})
        if method not in roles:
            raise AccessDenied("{method} {address} is for nobody.", method=method, address=request.path)
        role = roles[method]
        if role is None:
            return None
        try:
            _insist_on_limits(callers.insist(role), rule, touched)
        except Unauthenticated:
            if rule.startswith("/curate") and wants_page(request.headers.get("Accept", "")):
                return _to_sign_in()
            raise
        return None

    @app.context_processor
    def known() -> dict[str, object]:
        account: Account | None = g.get("account")
        return {"account": account, "form_token": callers.form() if account and account.kind == "user" else ""}


def insist_on_source(account: Account, *sources: str) -> None:
    """Keep out who may not work on one of these sources.

    Raises:
        AccessDenied: the account is limited to other sources.
    """
    for source in sources:
        if not account.knows(source):
            raise AccessDenied(
                "{name} may work on {sources} only, not on {source}.",
                name=account.name,
                sources=", ".join(account.sources),
                source=source,
            )


def _insist_on_limits(account: Account, rule: str, touched: Callable[[str], tuple[str, ...]]) -> None:
    """Keep who is limited to some sources out of drafts that change others, and of what is not about sources."""
    if not account.sources or request.method in _READING:
        return
    if rule in _BY_HAND or "/releases/" in rule:
        raise AccessDenied(
            "{name} may work on {sources} only; this may change everything.",
            name=account.name,
            sources=", ".join(account.sources),
        )
    if draft := (request.view_args or {}).get("draft_id", ""):
        insist_on_source(account, *(touched(draft) or ("*",)))


def _to_sign_in() -> Response | Answer:
    here = request.full_path.rstrip("?") if request.method == "GET" else "/curate"
    return redirect(f"/curate/sign-in?next={quote(here, safe='/')}", 303)
