"""The ways to a receiver's folder, each over fsspec. Libraries that not everybody needs are loaded when a rule asks."""

import base64
import hashlib
import io
import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from schedules.delivery.errors import NotDelivered
from schedules.delivery.remote import Remote
from schedules.delivery.rules import Rule, S3Settings, SftpSettings

TIMEOUT_S = 20.0
Secret = Callable[[str], str]
"""A secret of the rule by name. Raises SecretMissing."""
Open = Callable[[Rule, Secret, Callable[[str], bool]], Remote]


def open_remote(rule: Rule, secret: Secret, has: Callable[[str], bool]) -> Remote:
    """The rule's place at the other side. Raises NotDelivered, SecretMissing."""
    if rule.sftp:
        return sftp(rule.sftp, secret, has)
    if rule.s3:
        return s3(rule.s3, secret)
    return folder(rule.folder)


class Folder(Remote):
    """A folder of this machine or of a share that is mounted here."""

    def settle(self, path: str) -> None:
        """A power cut after the receipt loses nothing."""
        with open(path, "rb+") as stream:  # noqa: PTH123 - fsspec's own spelling of a path
            os.fsync(stream.fileno())


def folder(path: str) -> Remote:
    """A folder that is there already."""
    from fsspec.implementations.local import LocalFileSystem

    return Folder(LocalFileSystem(), os.path.expanduser(path))  # noqa: PTH111 - fsspec's own spelling of a path


class Sftp(Remote):
    """A folder of a server by SFTP."""

    def __init__(self, fs: Any, root: str) -> None:
        """Its failures have types of paramiko's."""
        import paramiko

        super().__init__(fs, root)
        self.failures = (OSError, EOFError, paramiko.SSHException)

    def move(self, coming: str, target: str) -> None:
        """OpenSSH renames over what is there; servers without that know the plain renaming, which does not."""
        try:
            self.fs.mv(coming, target)
        except OSError:
            self.fs.ftp.rename(coming, target)

    def close(self) -> None:
        """Hang up."""
        self.fs.client.close()


def sftp(ways: SftpSettings, secret: Secret, has: Callable[[str], bool]) -> Remote:
    """A server whose key is the one that the rule names. Raises NotDelivered, SecretMissing."""
    try:
        import paramiko
        from fsspec.implementations.sftp import SFTPFileSystem
    except ImportError as error:
        raise lacking("paramiko", "sftp") from error

    class Known(paramiko.MissingHostKeyPolicy):  # type: ignore[misc] # paramiko has no types
        def missing_host_key(self, client: object, hostname: str, key: Any) -> None:  # noqa: ARG002
            seen = fingerprint(key.asbytes())
            if seen != ways.host_key:
                raise NotDelivered(
                    f"服务器的指纹是 {seen}，规则里写的不是它；可能有人冒充",
                    f"the server's fingerprint is {seen}, not the rule's: it may be another machine",
                    for_good=True,
                )

    given: dict[str, Any] = {"look_for_keys": False, "allow_agent": False, "skip_instance_cache": True}
    given |= dict.fromkeys(("timeout", "banner_timeout", "auth_timeout"), TIMEOUT_S)
    if has("private_key"):
        given["pkey"] = private_key(secret("private_key"))
    else:
        given["password"] = secret("password")
    try:
        fs = SFTPFileSystem(ways.host, port=ways.port, username=ways.user, host_key_policy=Known, **given)
    except paramiko.AuthenticationException as error:
        raise NotDelivered("服务器不认用户名或密码", "the server refuses user or password", for_good=True) from error
    except (OSError, EOFError, paramiko.SSHException) as error:
        where = f"{ways.host}:{ways.port}"
        raise NotDelivered(f"连不上 {where}", f"cannot reach {where} ({type(error).__name__})") from error
    return Sftp(fs, ways.folder)


def fingerprint(key: bytes) -> str:
    """A server's public key as `ssh-keygen -l` shows it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")


def private_key(text: str) -> Any:
    """A private key as it stands in its file, without a pass phrase. Raises NotDelivered."""
    import paramiko

    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key(io.StringIO(text))
        except Exception:  # noqa: BLE001 (of a damaged file the library raises whatever it stumbles over)
            continue
    raise NotDelivered(
        "存的私钥读不懂：要 OpenSSH 的、没有口令的、整个文件："
        "yeban secret set delivery:规则 private_key --stdin < 文件",
        "the stored private key cannot be read: it is to be OpenSSH's, without a pass phrase, the whole file "
        "(yeban secret set delivery:RULE private_key --stdin < FILE)",
        for_good=True,
    )


class Bucket(Remote):
    """A bucket: an object is there whole or not at all, and has no folders that could be missing."""

    whole = True

    def __init__(self, fs: Any, root: str) -> None:
        """Its failures have types of obstore's."""
        from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError

        super().__init__(fs, root)
        self.refusals = (PermissionError, PermissionDeniedError, UnauthenticatedError)
        self.failures = (OSError, BaseError)

    def check(self) -> None:
        """A bucket has no folders; whether it is there is seen at the first put."""


def s3(ways: S3Settings, secret: Secret) -> Remote:
    """A bucket of S3, or of anything that speaks as it does (OSS, COS, MinIO). Raises NotDelivered, SecretMissing."""
    try:
        from obstore.fsspec import FsspecStore
    except ImportError as error:
        raise lacking("obstore", "s3") from error

    config: dict[str, Any] = {
        "access_key_id": secret("access_key"),
        "secret_access_key": secret("secret_key"),
        "region": ways.region,
        "virtual_hosted_style_request": ways.style == "virtual",
    }
    if ways.endpoint:
        config["endpoint"] = _endpoint(ways)
    store: Any = FsspecStore  # its signature names no option of fsspec's own
    fs = store(
        "s3",
        config=config,
        client_options={"timeout": "60s", "connect_timeout": "10s", "allow_http": ways.endpoint.startswith("http:")},
        retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=TIMEOUT_S)},
        skip_instance_cache=True,
    )
    return Bucket(fs, "/".join(part for part in (ways.bucket, ways.prefix.strip("/")) if part))


def _endpoint(ways: S3Settings) -> str:
    """The library takes the address as it stands: with `virtual` the bucket is to be in it."""
    scheme, _, host = ways.endpoint.rstrip("/").rpartition("://")
    host = f"{ways.bucket}.{host}" if ways.style == "virtual" and not host.startswith(f"{ways.bucket}.") else host
    return f"{scheme or 'https'}://{host}"


def lacking(library: str, extra: str) -> NotDelivered:
    """What to do when the library of a way is not here."""
    return NotDelivered(
        f"这种送法要先装 {library}：pip install 'yeban[{extra}]'",
        f"this way needs {library}: pip install 'yeban[{extra}]'",
        for_good=True,
    )
