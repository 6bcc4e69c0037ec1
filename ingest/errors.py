"""What can go wrong between a file and its clause tree. Messages are for the people who sent the file, in Chinese.

IngestError                     anything below
├── CatalogueError              the catalogue cannot be read or contradicts itself
│   └── ChecksumError           a file's bytes are not those that the catalogue names
├── DepartmentsError            a file of departments cannot be read or contradicts itself
└── ReadError                   a file cannot be taken in
    ├── MissingFileError        no such file
    ├── UnknownFormatError      an extension that no reader knows
    ├── EmptyFileError          no characters but white space
    ├── TooLargeError           more bytes than the limit
    ├── BinaryFileError         not a text at all
    ├── EncodingError           neither UTF-8 nor GB18030
    ├── WrongExtensionError     the bytes are of another format than the name says
    ├── EncryptedFileError      locked with a password
    ├── DamagedFileError        truncated or broken
    ├── TooComplexError         blown up when unpacked, nested too deep, too many pages
    └── OcrMissingError         pages without text, and no program to recognise them
"""


class IngestError(Exception):
    """Anything that stops a text from being taken in; its message says what to do."""


class CatalogueError(IngestError):
    """The catalogue cannot be read or contradicts itself."""


class ChecksumError(CatalogueError):
    """A file's bytes are not those that the catalogue names."""


class DepartmentsError(IngestError):
    """A file of departments cannot be read or contradicts itself."""


class ReadError(IngestError):
    """A file cannot be taken in."""


class MissingFileError(ReadError):
    """No such file."""


class UnknownFormatError(ReadError):
    """An extension that no reader knows."""


class EmptyFileError(ReadError):
    """No characters but white space."""


class TooLargeError(ReadError):
    """More bytes than the limit."""


class BinaryFileError(ReadError):
    """Not a text at all."""


class EncodingError(ReadError):
    """Neither UTF-8 nor GB18030."""


class WrongExtensionError(ReadError):
    """The bytes are of another format than the name says."""


class EncryptedFileError(ReadError):
    """Locked with a password."""


class DamagedFileError(ReadError):
    """Truncated or broken."""


class TooComplexError(ReadError):
    """Blown up when unpacked, nested too deep, too many pages."""


class OcrMissingError(ReadError):
    """Pages without text, and no program to recognise them."""
