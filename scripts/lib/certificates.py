"""Authorities and certificates, by the openssl command."""

import os
import subprocess


def _openssl(*words):
    done = subprocess.run(["openssl", *words], capture_output=True, text=True, timeout=30)
    if done.returncode != 0:
        raise AssertionError(f"openssl {words[0]}: {done.stderr}")


def authority(directory, name):
    """The paths of its key and certificate."""
    key, certificate = (os.path.join(directory, f"{name}-ca.{kind}") for kind in ("key", "pem"))
    _openssl(
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3650",
        "-subj", f"/CN={name}", "-keyout", key, "-out", certificate,
    )  # fmt: skip
    return key, certificate


def certify(of, key, certificate, name):
    """Makes a key and a certificate for `name`."""
    ca_key, ca_certificate = of
    request = f"{certificate}.request"
    _openssl(
        "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/CN={name}",
        "-keyout", key, "-out", request,
    )  # fmt: skip
    _openssl(
        "x509", "-req", "-in", request, "-CA", ca_certificate, "-CAkey", ca_key, "-CAcreateserial", "-days", "3650",
        "-out", certificate,
    )  # fmt: skip
    os.remove(request)
