"""The front page: what is in here, for people."""

from flask import Blueprint, Response

from kgservice.web.pages import Service, render


def blueprint(service: Service) -> Blueprint:
    """Return `/`."""
    room = Blueprint("home", __name__)

    @room.get("/")
    def front() -> Response:
        return render("home.html")

    return room
