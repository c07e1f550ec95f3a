"""The profile: the saved set of listeners, a TOML file that both users and Portdeck edit.

`spec` defines the fields of a listener, and `validation` the rules for their values. `reading`
parses the text and reports every mistake with its path. `writing` merges changes into the text of
the user. `storage` keeps the text in a file; no other module uses the disk. `compare` finds out
which listeners of two profiles are the same.
"""

from app.profile.reading import ParsedProfile, parse
from app.profile.spec import FIRST_LISTENERS, ListenerSpec, Tls, check
from app.profile.storage import ProfileConflict, ProfileError, ProfileFile, default_path
from app.text.problems import Problem

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
