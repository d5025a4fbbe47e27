"""`doctor`: this machine, what is to run on it, and the plan that follows from both."""

from cudacompat.app.doctor.diagnosis import doctor
from cudacompat.app.doctor.machine import load, save

__all__ = ["doctor", "load", "save"]
