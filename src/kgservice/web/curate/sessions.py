"""Signing in and out, and one's own password."""

import secrets

from flask import Blueprint, Response, g, redirect, request
from werkzeug.wrappers import Response as Answer

from kgservice.access import Role
from kgservice.access.sessions import form_token, same
from kgservice.errors import FormForged, KgError, ParameterInvalid, SignInRefused
from kgservice.web.callers import FIELD
from kgservice.web.curate.counter import Counter, as_json, page_wanted
from kgservice.web.pages import render
from kgservice.web.problems import PROBLEMS, said

_COOKIE = "kg-form"
_HOUR = 3600


def blueprint(counter: Counter, secure: bool) -> Blueprint:
    """Return `/curate/sign-in`, `/curate/sign-out` and `/curate/password`."""
    room = Blueprint("sessions", __name__)

    @room.get("/curate/sign-in")
    def sign_in() -> Response:
        return form("", request.args.get("next", ""))

    @room.post("/curate/sign-in")
    def enter() -> Answer:
        name, onward = request.form.get("name", ""), request.form.get("next", "")
        secret = request.cookies.get(_COOKIE, "")
        if not secret or not same(request.form.get(FIELD, ""), form_token(secret)):
            return refused(
                FormForged("This form is out of date: send it again. Cookies must be allowed."), name, onward
            )
        try:
            account = counter.people.enter(name, request.form.get("password", ""), g.client)
        except KgError as error:
            if not page_wanted() or error.slug not in (SignInRefused.slug, "too-many-attempts"):
                raise
            return refused(error, name, onward)
        response = redirect(_inside(onward), 303)
        counter.callers.enter(response, account.name)
        response.delete_cookie(_COOKIE, path="/curate/sign-in", secure=secure, httponly=True, samesite="Strict")
        return response

    def refused(error: KgError, name: str, onward: str) -> Response:
        response = form(said(error, g.language), onward, name)
        response.status_code = PROBLEMS[error.slug][0]
        if seconds := error.params.get("seconds"):
            response.headers["Retry-After"] = str(seconds)
        return response

    def form(fault: str, onward: str, name: str = "") -> Response:
        secret = request.cookies.get(_COOKIE, "") or secrets.token_urlsafe(32)
        nobody = not counter.people.all()
        response = render(
            "curate/sign-in.html", fault=fault, next=_inside(onward), name=name, token=form_token(secret),
            nobody=nobody, role=Role.OPERATOR.word,
        )  # fmt: skip
        response.set_cookie(
            _COOKIE, secret, max_age=_HOUR, path="/curate/sign-in", secure=secure, httponly=True, samesite="Strict"
        )
        return response

    _password(room, counter)
    return room


def _password(room: Blueprint, counter: Counter) -> None:
    """Add the end of a session, and the change of one's own password."""

    @room.post("/curate/sign-out")
    def leave() -> Answer:
        response = redirect("/", 303)
        counter.callers.leave(response)
        return response

    @room.get("/curate/password")
    def password() -> Response:
        return render("curate/password.html", fault="")

    @room.post("/curate/password")
    def change() -> Answer:
        account = counter.account
        if account.kind != "user":
            raise ParameterInvalid("A token has no password; sign in as yourself.")
        try:
            counter.people.enter(account.name, request.form.get("old", ""), g.get("address", ""))
            counter.people.password(account.name, request.form.get("new", ""), account.actor)
        except KgError as error:
            wrong = isinstance(error, SignInRefused)
            told = ParameterInvalid("The password so far is wrong.") if wrong else error
            if not page_wanted():
                raise told from None
            response = render("curate/password.html", fault=said(told, g.language))
            response.status_code = PROBLEMS[told.slug][0]
            return response
        done: Answer = redirect("/curate", 303) if page_wanted() else as_json({"changed": account.name})
        counter.callers.enter(done, account.name)  # the old sessions have ended, this one goes on
        return done


def _inside(address: str) -> str:
    """Return an address of the desk; anything else becomes its front page, so that no link leads elsewhere."""
    inside = address.startswith(("/curate/", "/curate?")) and not any(sign in address for sign in "\\\r\n")
    return address if inside and not address.startswith("/curate/sign-") else "/curate"
