"""The state folder: releases on their shelf, drafts beside it, locks around both."""

from kgservice.releases.drafts import Change, Draft, Drafts
from kgservice.releases.release import Manifest, Release, Statements
from kgservice.releases.shelf import Shelf

__all__ = ["Change", "Draft", "Drafts", "Manifest", "Release", "Shelf", "Statements"]
