"""The state folder: releases on their shelf, drafts beside it, locks around both."""

from kgservice.releases.drafts import Change, Draft, Drafts
from kgservice.releases.shelf import Manifest, Release, Shelf, Statements

__all__ = ["Change", "Draft", "Drafts", "Manifest", "Release", "Shelf", "Statements"]
