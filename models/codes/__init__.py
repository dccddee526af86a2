"""Official numbers as value types: what exists is well-formed, and a fault is said in Chinese."""

from models.codes.document import IdDocument
from models.codes.fault import CodeFault
from models.codes.phone import clean_phone
from models.codes.uscc import Uscc

__all__ = ["CodeFault", "IdDocument", "Uscc", "clean_phone"]
