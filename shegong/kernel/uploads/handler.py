"""Files that are being sent stay in memory: they are personal, and must not lie on a disk unencrypted."""

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from shegong.kernel.uploads.cleaning import LARGEST


class InMemory(FileUploadHandler):
    """Keeps each file up to one byte over the limit, so that the form can say that it is too large."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin."""
        super().new_file(*args, **kwargs)
        self._kept = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep what there is room for."""
        room = LARGEST + 1 - self._kept.tell()
        if room > 0:
            self._kept.write(raw_data[:room])

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        """The file, cut where it was too large."""
        self._kept.seek(0)
        return InMemoryUploadedFile(
            file=self._kept,
            field_name=self.field_name,
            name=self.file_name or "",
            content_type=self.content_type,
            size=len(self._kept.getbuffer()),
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )
