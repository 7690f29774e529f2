"""Work that takes longer than a page may: a queue in the desk, done one at a time by the curation worker."""

from kgservice.jobs.job import KINDS, Failure, Job
from kgservice.jobs.queue import Queue
from kgservice.jobs.supervisor import Supervisor

__all__ = ["KINDS", "Failure", "Job", "Queue", "Supervisor"]
