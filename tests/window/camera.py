"""Photographs the screen: what the X server shows, whoever has drawn it.

Reads "X Y WIDTH HEIGHT FILE" from standard input and answers with a line when the picture is in the file.
"""

from __future__ import annotations

import sys

from PySide6.QtGui import QGuiApplication

if __name__ == "__main__":
    application = QGuiApplication(sys.argv)
    screen = application.primaryScreen()
    for line in sys.stdin:
        *place, path = line.rstrip("\n").split(" ", 4)
        image = screen.grabWindow(0, *(int(number) for number in place)).toImage()
        print("taken" if image.save(path, "BMP") else "failed", flush=True)
