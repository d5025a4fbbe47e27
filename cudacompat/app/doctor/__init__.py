"""`doctor`: this machine, what is to run on it, and the plan that follows from both."""

from cudacompat.app.doctor.diagnosis import doctor, is_environment, load, save

__all__ = ["doctor", "is_environment", "load", "save"]
