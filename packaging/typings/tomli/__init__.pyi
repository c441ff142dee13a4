# Installed on Python 3.10 alone, where it stands for tomllib.

from tomllib import TOMLDecodeError as TOMLDecodeError
from tomllib import load as load
from tomllib import loads as loads
