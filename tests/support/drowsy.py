"""What an altered worker loads: `dramatiq tests.support.drowsy:broker`."""

from tests.support import altered as altered

from workers.main import broker as broker  # isort: skip - altered before anything is sent
