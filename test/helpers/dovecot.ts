/** A real Dovecot of its own: private folders, a port on 127.0.0.1, one user with a Maildir. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmod, chown, mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Dovecot {
  /** For IMAP_URL. */
  url: string;
  port: number;
  user: string;
  /** For another user, or through another port such as a proxy's. */
  urlFor(change: { user?: string; port?: number; password?: string }): string;
  /** Puts a mail into the INBOX as a delivery agent does: written whole, then renamed into `new`. */
  deliver(raw: Uint8Array): Promise<void>;
  /** A power cut: every process of it ends at once. Mail is delivered on. */
  kill(): Promise<void>;
  /** Starts again on the same port, after `kill`. */
  restart(): Promise<void>;
  /** After `kill`: what it knows of UIDs is lost, so that it starts with a new UIDVALIDITY. */
  forgetUids(): Promise<void>;
  stop(): Promise<void>;
}

/** Mail may not belong to root. */
const MAIL_UID = 65_534;
const PASSWORD = "secret";

export interface DovecotOptions {
  user?: string;
  /** The INBOX as one mbox file with this content, instead of a Maildir; nothing can be delivered to it. */
  mbox?: string;
}

export async function startDovecot(options: DovecotOptions = {}): Promise<Dovecot> {
  const { user = "support@desk.example", mbox } = options;
  const dir = await mkdtemp(join(tmpdir(), "deskhand-dovecot-"));
  // The mail user must reach the mails through it.
  await chmod(dir, 0o755);
  const port = await findFreePort();
  const maildir = join(dir, "mail");
  for (const folder of mbox === undefined ? ["", "new", "cur", "tmp"] : [""]) {
    await mkdir(join(maildir, folder), { recursive: true });
    await chown(join(maildir, folder), MAIL_UID, MAIL_UID);
  }
  if (mbox !== undefined) {
    await writeFile(join(maildir, "inbox"), mbox);
    await chown(join(maildir, "inbox"), MAIL_UID, MAIL_UID);
  }
  const location = mbox === undefined ? `maildir:${maildir}` : `mbox:${maildir}:INBOX=${maildir}/inbox`;
  await writeFile(join(dir, "dovecot.conf"), configure(dir, location, port));
  let master = await launch(dir, port);
  const urlFor: Dovecot["urlFor"] = (change) => {
    const { user: as = user, port: at = port, password = PASSWORD } = change;
    return `imap://${encodeURIComponent(as)}:${password}@127.0.0.1:${at}/INBOX?tls=none`;
  };
  const kill = async (): Promise<void> => {
    if (master.exitCode !== null || master.signalCode !== null || master.pid === undefined) return;
    const ended = once(master, "exit");
    // It leads a process group of its own: its children go with it.
    process.kill(-master.pid, "SIGKILL");
    await ended;
  };
  let delivered = 0;
  return {
    url: urlFor({}),
    port,
    user,
    urlFor,
    async deliver(raw) {
      delivered++;
      // Maildir: names sort by the order of delivery, which is the order of UIDs.
      const name = `${1_700_000_000 + delivered}.${randomBytes(4).toString("hex")}.host`;
      const written = join(maildir, "tmp", name);
      await writeFile(written, raw);
      await chown(written, MAIL_UID, MAIL_UID);
      await rename(written, join(maildir, "new", name));
    },
    kill,
    async restart() {
      await kill();
      // A lock whose holder was killed would be waited for.
      for (const name of await readdir(maildir)) if (name.endsWith(".lock")) await rm(join(maildir, name));
      master = await launch(dir, port);
    },
    async forgetUids() {
      for (const name of await readdir(maildir))
        if (name.startsWith("dovecot")) await rm(join(maildir, name), { force: true });
    },
    async stop() {
      await kill();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function launch(dir: string, port: number): Promise<ChildProcess> {
  const dovecot = spawn("dovecot", ["-F", "-c", join(dir, "dovecot.conf")], {
    stdio: "ignore",
    detached: true,
  });
  // In a process group of its own it would outlive a run that was broken off.
  process.once("exit", () => {
    if (dovecot.pid !== undefined && dovecot.exitCode === null && dovecot.signalCode === null)
      process.kill(-dovecot.pid, "SIGKILL");
  });
  await waitForGreeting(port, dovecot);
  return dovecot;
}

function configure(dir: string, location: string, port: number): string {
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
mail_location = ${location}
mail_max_userip_connections = 50
mbox_write_locks = fcntl
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
