"""The bank's seal on a signed paper: a PAdES signature over every byte, customer's evidence
included, so that any later change to paper or evidence is noticed."""

import io
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.utils.translation import gettext as _
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils import embed
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfSignatureMetadata, signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko_certvalidator import ValidationContext

from core.errors import SealMissing

FIELD = "BankSeal"
EVIDENCE = "evidence.json"
YEARS = 10
CURVE = ec.SECP256R1()


@dataclass(frozen=True)
class SealCheck:
    """What is left of a seal: whether it is the bank's and covers the whole file unchanged."""

    is_intact: bool
    covers_whole_file: bool
    is_ours: bool

    @property
    def holds(self) -> bool:
        """Whether the paper is exactly what was sealed, by this bank."""
        return self.is_intact and self.covers_whole_file and self.is_ours


BROKEN = SealCheck(is_intact=False, covers_whole_file=False, is_ours=False)


def seal(paper: bytes, *, evidence: dict[str, Any], reason: str) -> bytes:
    """``paper`` with the customer's evidence attached and the bank's seal over both."""
    writer = IncrementalPdfFileWriter(io.BytesIO(paper))
    body = json.dumps(evidence, ensure_ascii=False, sort_keys=True, indent=1).encode()
    attached = embed.EmbeddedFileObject.from_file_data(
        writer, data=body, mime_type="application/json"
    )
    embed.embed_file(writer, embed.FileSpec(EVIDENCE, file_name=EVIDENCE, embedded_data=attached))
    meta = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        reason=reason,
        name=settings.SEAL_HOLDER,
    )
    sealed = signers.PdfSigner(meta, signer=_signer()).sign_pdf(writer)
    return sealed.getvalue()


def check(sealed: bytes) -> SealCheck:
    """Whether a sealed paper is still what it was."""
    try:
        signatures = PdfFileReader(io.BytesIO(sealed), strict=False).embedded_signatures
        if not signatures:
            return BROKEN
        status = validate_pdf_signature(signatures[0], ValidationContext(trust_roots=[_cert()]))
    except (PdfReadError, SignatureValidationError, ValueError, KeyError, TypeError):
        return BROKEN
    return SealCheck(
        is_intact=status.intact and status.valid,
        covers_whole_file=status.coverage.name == "ENTIRE_FILE",
        is_ours=status.signing_cert.sha256 == _cert().sha256,
    )


def evidence_in(sealed: bytes) -> dict[str, Any]:
    """The customer's evidence as it lies in a sealed paper; empty when there is none."""
    try:
        names = PdfFileReader(io.BytesIO(sealed), strict=False).root["/Names"]["/EmbeddedFiles"]
        listed = names["/Names"]
        found = {str(listed[n]): listed[n + 1].get_object() for n in range(0, len(listed), 2)}
        return json.loads(found[EVIDENCE]["/EF"]["/F"].data)
    except (PdfReadError, KeyError, ValueError):
        return {}


def _signer() -> signers.SimpleSigner:
    key, certificate = _files()
    return _loaded(str(key), str(certificate))


@lru_cache(maxsize=4)
def _loaded(key: str, certificate: str) -> signers.SimpleSigner:
    return signers.SimpleSigner.load(key, certificate)


def _cert() -> Any:
    return _certificate(str(_files()[1]))


@lru_cache(maxsize=4)
def _certificate(path: str) -> Any:
    return load_cert_from_pemder(path)


def _files() -> tuple[Path, Path]:
    """Key and certificate of this installation. Raises SealMissing; a demo makes its own."""
    directory = Path(settings.SEAL_DIR)
    key, certificate = directory / "key.pem", directory / "certificate.pem"
    if not (key.exists() and certificate.exists()):
        if settings.IS_PRODUCTION:
            raise SealMissing(_("There is no seal in the folder that SEAL_DIR names."))
        _make(directory, key, certificate)
    return key, certificate


def _make(directory: Path, key: Path, certificate: Path) -> None:
    """A seal for demo and tests, self-signed, different on every machine.

    Two processes that start at once end up with the same one: the first to link its key wins, and
    the certificate is made from whichever key stands.
    """
    directory.mkdir(parents=True, exist_ok=True)
    fresh = ec.generate_private_key(CURVE)
    _place(
        key,
        fresh.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )
    standing = serialization.load_pem_private_key(key.read_bytes(), password=None)
    _place(certificate, _certify(standing).public_bytes(serialization.Encoding.PEM))


def _certify(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, settings.SEAL_HOLDER)])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365 * YEARS))
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                content_commitment=True,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=False,
                crl_sign=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .sign(key, hashes.SHA256())
    )


def _place(path: Path, content: bytes) -> None:
    """Write a file nobody else can read, unless another process was first."""
    draft = path.with_suffix(f".{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_bytes(content)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
