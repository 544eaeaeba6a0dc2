/** An authority and certificates for servers of tests: X.509 (RFC 5280) written by hand, signed by node:crypto. */
import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from "node:crypto";
import { isIP } from "node:net";

export interface Certificate {
  /** PEM. */
  cert: string;
  key: string;
}

export interface Authority extends Certificate {
  /** A certificate for a host name or an address of IP version 4. */
  issue(host: string): Certificate;
}

export function createAuthority(name = "Test Authority"): Authority {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const cert = certify({ subject: name, publicKey, issuer: name, issuerKey: privateKey, hosts: null });
  return {
    cert,
    key: toPem(privateKey),
    issue(host) {
      const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
      return {
        cert: certify({
          subject: host,
          publicKey: pair.publicKey,
          issuer: name,
          issuerKey: privateKey,
          hosts: [host],
        }),
        key: toPem(pair.privateKey),
      };
    },
  };
}

const toPem = (key: KeyObject) =>
  createPrivateKey(key.export({ type: "pkcs8", format: "pem" }))
    .export({ type: "pkcs8", format: "pem" })
    .toString();

function certify(wanted: {
  subject: string;
  publicKey: KeyObject;
  issuer: string;
  issuerKey: KeyObject;
  /** Null: an authority. */
  hosts: string[] | null;
}): string {
  const algorithm = sequence(oid(1, 2, 840, 10045, 4, 3, 2));
  const publicKey = wanted.publicKey.export({ type: "spki", format: "der" });
  const extensions =
    wanted.hosts === null
      ? [
          extension([2, 5, 29, 19], true, sequence(der(0x01, Buffer.from([0xff])))),
          extension([2, 5, 29, 15], true, der(0x03, Buffer.from([1, 0x06]))),
        ]
      : [extension([2, 5, 29, 17], false, sequence(...wanted.hosts.map(alternativeName)))];
  const day = 24 * 60 * 60_000;
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    distinguishedName(wanted.issuer),
    sequence(time(new Date(Date.now() - day)), time(new Date(Date.now() + 7 * day))),
    distinguishedName(wanted.subject),
    publicKey,
    der(0xa3, sequence(...extensions, keyIdentifier(publicKey))),
  );
  const signature = sign("sha256", body, wanted.issuerKey);
  const certificate = sequence(body, algorithm, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = certificate.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const head =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
}

const sequence = (...parts: Buffer[]) => der(0x30, Buffer.concat(parts));

function oid(first: number, second: number, ...rest: number[]): Buffer {
  const bytes = rest.flatMap((part) => {
    const digits = [part & 0x7f];
    for (let left = part >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80);
    return digits;
  });
  return der(0x06, Buffer.from([first * 40 + second, ...bytes]));
}

const distinguishedName = (name: string) =>
  sequence(der(0x31, sequence(oid(2, 5, 4, 3), der(0x0c, Buffer.from(name)))));

const time = (date: Date) =>
  der(0x17, Buffer.from(`${date.toISOString().slice(2, 19).replace(/[-T:]/g, "")}Z`));

function extension([first = 0, second = 0, ...rest]: number[], critical: boolean, value: Buffer): Buffer {
  const flag = critical ? [der(0x01, Buffer.from([0xff]))] : [];
  return sequence(oid(first, second, ...rest), ...flag, der(0x04, value));
}

const keyIdentifier = (publicKey: Buffer) =>
  extension([2, 5, 29, 14], false, der(0x04, createHash("sha1").update(publicKey).digest()));

const alternativeName = (host: string) =>
  isIP(host) === 4 ? der(0x87, Buffer.from(host.split(".").map(Number))) : der(0x82, Buffer.from(host));
