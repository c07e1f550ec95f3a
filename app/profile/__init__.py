"""The profile: the saved set of listeners, a TOML file that people may edit and Portdeck may too.

`spec` holds the values and what each field may be, and `options` what the protocol of a listener
leaves to choose. `reading` makes them from text and reports every mistake with its path, `writing`
merges them back into the user's text, and `storage` keeps that text in a file. Only `storage`
touches the disk.
"""

from app.profile.problem import Problem
from app.profile.reading import Reading, parse
from app.profile.spec import FIRST_LISTENERS, ListenerSpec, check
from app.profile.storage import ProfileConflict, ProfileError, ProfileFile, default_path
from app.profile.tls import Tls

__all__ = [
    "FIRST_LISTENERS",
    "ListenerSpec",
    "Problem",
    "ProfileConflict",
    "ProfileError",
    "ProfileFile",
    "Reading",
    "Tls",
    "check",
    "default_path",
    "parse",
]
