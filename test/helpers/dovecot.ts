/** A real Dovecot of its own: private folders, a port on 127.0.0.1, one user with a Maildir. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmod, chown, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Dovecot {
  /** For IMAP_URL. */
  url: string;
  user: string;
  /** Puts a mail into the INBOX as a delivery agent does: written whole, then renamed into `new`. */
  deliver(raw: Uint8Array): Promise<void>;
  stop(): Promise<void>;
}

/** Mail may not belong to root. */
const MAIL_UID = 65_534;
const PASSWORD = "secret";

export async function startDovecot(user = "support@desk.example"): Promise<Dovecot> {
  const dir = await mkdtemp(join(tmpdir(), "deskhand-dovecot-"));
  // The mail user must reach the Maildir through it.
  await chmod(dir, 0o755);
  const port = await findFreePort();
  const maildir = join(dir, "mail");
  for (const folder of ["", "new", "cur", "tmp"]) {
    await mkdir(join(maildir, folder), { recursive: true });
    await chown(join(maildir, folder), MAIL_UID, MAIL_UID);
  }
  await writeFile(join(dir, "dovecot.conf"), configure(dir, maildir, port));
  const dovecot = spawn("dovecot", ["-F", "-c", join(dir, "dovecot.conf")], { stdio: "ignore" });
  await waitForGreeting(port, dovecot);
  let delivered = 0;
  return {
    url: `imap://${encodeURIComponent(user)}:${PASSWORD}@127.0.0.1:${port}/INBOX?tls=none`,
    user,
    async deliver(raw) {
      delivered++;
      // Maildir: names sort by the order of delivery, which is the order of UIDs.
      const name = `${1_700_000_000 + delivered}.${randomBytes(4).toString("hex")}.host`;
      const written = join(maildir, "tmp", name);
      await writeFile(written, raw);
      await chown(written, MAIL_UID, MAIL_UID);
      await rename(written, join(maildir, "new", name));
    },
    async stop() {
      dovecot.kill("SIGKILL");
      await once(dovecot, "exit");
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function configure(dir: string, maildir: string, port: number): string {
  return `
base_dir = ${dir}/run
state_dir = ${dir}/state
log_path = ${dir}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
default_internal_user = dovecot
default_login_user = dovenull
mail_location = maildir:${maildir}
mail_max_userip_connections = 50
maildir_very_dirty_syncs = no
passdb {
  driver = static
  args = password=${PASSWORD}
}
userdb {
  driver = static
  args = uid=${MAIL_UID} gid=${MAIL_UID} home=${dir}/home
}
service imap-login {
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
namespace inbox {
  inbox = yes
}
`;
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("No free port was found.");
  return address.port;
}

async function waitForGreeting(port: number, dovecot: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (dovecot.exitCode !== null) throw new Error(`Dovecot ended with status ${dovecot.exitCode}.`);
    if (await answers(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("Dovecot did not greet within five seconds.");
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const settle = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.once("data", () => settle(true));
    socket.once("error", () => settle(false));
    socket.setTimeout(1_000, () => settle(false));
  });
}
