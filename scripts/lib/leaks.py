"""Looks for texts in files byte by byte, plain and inside base64."""

import base64
import os


def base64_forms(text):
    """What `text` looks like inside base64, for each of the three places it can start at.

    The characters at both ends also depend on the neighbours, so they are cut off.
    """
    forms = []
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + text).rstrip(b"=")
        first = (shift * 8 + 5) // 6
        complete = (shift + len(text)) * 8 // 6
        forms.append(encoded[first:complete])
    return forms


def forms_of(text):
    """All byte strings that would give the text (or the bytes) away."""
    raw = text if isinstance(text, bytes) else text.encode()
    forms = {raw, raw.hex().encode(), raw.hex().upper().encode()}
    for form in base64_forms(raw):
        forms.add(form)
        forms.add(form.replace(b"+", b"-").replace(b"/", b"_"))
    return forms


def _find_in(path, forms):
    """What of `forms` the file holds, and its size."""
    with open(path, "rb") as file:
        data = file.read()
    found = []
    for what, shapes in forms.items():
        places = [at for at in (data.find(shape) for shape in shapes) if at >= 0]
        if places:
            found.append(f"{path} holds {what} at byte {min(places)}")
    return found, len(data)


def find_leaks(paths, secrets):
    """Searches files, and all files below directories, for each of the secrets (a map of what it is to its text).

    Returns the places found, and the sizes of the files that were read.
    """
    forms = {what: forms_of(text) for what, text in secrets.items()}
    files = []
    for path in paths:
        if os.path.isdir(path):
            files += [os.path.join(parent, name) for parent, _, names in os.walk(path) for name in sorted(names)]
        else:
            files.append(path)
    found, sizes = [], {}
    for path in files:
        try:
            places, sizes[path] = _find_in(path, forms)
        except FileNotFoundError:
            continue  # a WAL may go away while we look
        found += places
    return found, sizes
