// Decisions on their way to the server. Each is written down in the browser before it is sent and
// struck out when the server has it: a lost connection, a closed tab or a new login lose nothing.
// Sending one twice is harmless, the server knows it by its cause.

const PREFIX = "digitbot.review.";
const AT_ONCE = 50;
const LONGEST_PAUSE = 30;

export class Outbox {
  // report(problem, waiting): problem is null, "offline", "logged out" or "refused".
  constructor(address, renewToken, report, forget) {
    this.address = address;
    this.renewToken = renewToken;
    this.report = report;
    this.forget = forget;
    this.token = "";
    this.pause = 1;
    this.most = AT_ONCE;
    this.sending = false;
    this.count = 0;
    this.pending = this.leftOver();
    window.addEventListener("online", () => this.send());
    window.addEventListener("beforeunload", (event) => {
      if (this.pending.length) event.preventDefault();
    });
  }

  leftOver() {
    try {
      return Object.keys(localStorage)
        .filter((key) => key.startsWith(PREFIX))
        .sort()
        .map((key) => ({ key, decision: JSON.parse(localStorage.getItem(key)) }));
    } catch {
      return []; // no storage, as in some private windows: what waits lives in this page alone
    }
  }

  add(decision) {
    const moment = String(Date.now()).padStart(15, "0");
    const key = `${PREFIX}${moment}.${String(this.count++).padStart(6, "0")}.${decision.cause}`;
    try {
      localStorage.setItem(key, JSON.stringify(decision));
    } catch {
      // full or forbidden: see leftOver()
    }
    this.pending.push({ key, decision });
    this.send();
  }

  strike(entries) {
    const struck = new Set(entries);
    this.pending = this.pending.filter((entry) => !struck.has(entry));
    for (const { key } of entries) {
      try {
        localStorage.removeItem(key);
      } catch {
        return;
      }
    }
  }

  async send() {
    if (this.sending || !this.pending.length || !this.token) return;
    this.sending = true;
    clearTimeout(this.timer);
    const batch = this.pending.slice(0, this.most);
    let problem = "offline";
    try {
      const reply = await this.post(batch);
      if (reply.ok) {
        problem = null;
        this.strike(batch);
        const { gone } = await reply.json();
        if (gone.length) this.forget(gone);
      } else if (reply.status === 401) {
        problem = "logged out";
      } else if (reply.status === 400) {
        await this.renewToken(); // somebody logged in anew, in another tab perhaps
      } else if (reply.status === 422 && batch.length > 1) {
        this.most = 1; // one of them is wrong, and the others are not to be lost with it
        problem = null;
      } else if (reply.status === 422) {
        problem = "refused";
        this.strike(batch);
      }
    } catch {
      problem = "offline";
    }
    this.sending = false;
    this.pause = problem ? Math.min(2 * this.pause, LONGEST_PAUSE) : 1;
    this.report(problem, this.pending.length);
    if (!this.pending.length) {
      this.most = AT_ONCE;
      return;
    }
    if (problem) this.timer = setTimeout(() => this.send(), 1000 * this.pause);
    else this.send();
  }

  post(batch) {
    return fetch(this.address, {
      method: "POST",
      keepalive: true,
      headers: {
        Accept: "application/json",
        "Content-Type": "application/json",
        "X-CSRFToken": this.token,
      },
      body: JSON.stringify({ decisions: batch.map((entry) => entry.decision) }),
      signal: AbortSignal.timeout(20000),
    });
  }
}
