"""What must be true of an applied environment, asked through the AWS API, each with a fault that it must catch.

An assertion is a function of a World. Its fault changes the emulated AWS (or, where the API offers no way, the
answer it gives) so that the assertion no longer holds, and is undone afterwards: fault, assertion fails, undo,
assertion holds again.
"""

# Assertions run in the order of these imports.
from . import network
from . import security_groups
from . import database
from . import service
from . import load_balancer
from . import images_and_logs
from . import alarms
from . import waf
from . import roles
from . import tags
from .base import ASSERTIONS, World

__all__ = ["ASSERTIONS", "World"]
