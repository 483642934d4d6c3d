"""Authorities and certificates of a test's own."""

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
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
        "-subj", f"/CN={name}", "-keyout", key, "-out", certificate,
    )  # fmt: skip
    return key, certificate


def signed_by(of, name):
    """A node's settings under `cluster`: its key, its certificate, and whom it believes."""
    ca_key, ca_certificate = of
    base = ca_certificate.replace("-ca.pem", f"-{name}")
    _openssl(
        "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/CN={name}",
        "-keyout", f"{base}.key", "-out", f"{base}.csr",
    )  # fmt: skip
    _openssl(
        "x509", "-req", "-in", f"{base}.csr", "-CA", ca_certificate, "-CAkey", ca_key, "-CAcreateserial", "-days", "30",
        "-out", f"{base}.pem",
    )  # fmt: skip
    return {"tls_certificate_file": f"{base}.pem", "tls_key_file": f"{base}.key", "tls_ca_file": ca_certificate}
