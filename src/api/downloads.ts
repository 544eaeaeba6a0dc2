/** Headers of what is only ever a download: a mail names type and file as it likes, and neither may run here. */

const NAMES: Readonly<Record<string, string>> = {
  "message/rfc822": "message.eml",
  "text/calendar": "invitation.ics",
  "text/plain": "text.txt",
  "text/html": "page.html",
  "application/pdf": "document.pdf",
  "image/png": "image.png",
  "image/jpeg": "image.jpg",
  "image/gif": "image.gif",
  "message/delivery-status": "delivery-status.txt",
  "application/pgp-signature": "signature.asc",
};

/** Of a file that a mail brought. The type goes along only where it is one; the browser is told not to guess. */
export function downloadHeaders(file: { filename: string; contentType: string }): Record<string, string> {
  const isPlainType = /^[a-z0-9!#$&^_.+-]{1,100}\/[a-z0-9!#$&^_.+-]{1,100}$/i.test(file.contentType);
  return {
    "Content-Type": isPlainType ? file.contentType : "application/octet-stream",
    "Content-Disposition": formatDisposition(nameOf(file)),
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
  };
}

/** What came without a name was stored as `unnamed`: its type tells more. */
function nameOf({ filename, contentType }: { filename: string; contentType: string }): string {
  return filename === "" || filename === "unnamed" ? (NAMES[contentType] ?? "") : filename;
}

/** RFC 6266: the name in UTF-8, and for old clients in ASCII. Of a path the last part. */
function formatDisposition(filename: string): string {
  const last = filename.split(/[/\\]/).findLast((part) => part.trim() !== "") ?? "";
  const name = last.replace(/[\p{Cc}\p{Cf}\p{Surrogate}]+/gu, "_").replace(/^\.+/, "_") || "file";
  const ascii = name.replace(/[^\x20-\x7e]+/g, "_").replace(/["%]/g, "_");
  const encoded = encodeURIComponent(name).replace(
    /['()*!]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16)}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
