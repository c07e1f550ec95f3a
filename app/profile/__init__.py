"""The profile: the saved set of listeners, a TOML file that people may edit and Portdeck may too.

`spec` holds the values and what each field may be, and `options` what the protocol of a listener
leaves to choose. `reading` makes them from text and reports every mistake with its path, `writing`
merges them back into the user's text, and `storage` keeps that text in a file. Only `storage`
touches the disk.
"""

from app.profile.reading import ParsedProfile, parse
from app.profile.spec import FIRST_LISTENERS, ListenerSpec, Tls, check
from app.profile.storage import ProfileConflict, ProfileError, ProfileFile, default_path
from app.profile.validation import Problem

__all__ = [
    "FIRST_LISTENERS",
    "ListenerSpec",
    "ParsedProfile",
    "Problem",
    "ProfileConflict",
    "ProfileError",
    "ProfileFile",
    "Tls",
    "check",
    "default_path",
    "parse",
]
