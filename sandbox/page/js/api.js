// The control API as the page uses it.

export class Refused extends Error {}

async function request(method, path, { query, body, signal } = {}) {
  const url = query ? `${path}?${new URLSearchParams(query)}` : path;
  const options = { method, signal };
  if (body instanceof FormData) {
    options.body = body;
  } else if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers = { "Content-Type": "application/json" };
  }
  const answer = await fetch(url, options);
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(said.error || `${answer.status} ${answer.statusText}`);
  return said;
}

export const get = (path, query, signal) => request("GET", path, { query, signal });
export const post = (path, body = {}) => request("POST", path, { body });
export const put = (path, body) => request("PUT", path, { body });

/** One platform's calls. */
export class PlatformApi {
  constructor(name) {
    this.root = `/control/${name}/`;
  }

  get(call, query) {
    return get(this.root + call, query);
  }

  post(call, body) {
    return post(this.root + call, body);
  }

  put(call, body) {
    return put(this.root + call, body);
  }

  say({ person, room, text, replyTo = "", files = [] }) {
    if (!files.length) return this.post("say", { person, room, text, reply_to: replyTo });
    const form = new FormData();
    form.append("person", person);
    form.append("room", room);
    form.append("text", text);
    form.append("reply_to", replyTo);
    for (const file of files) form.append("file", file, file.name);
    return this.post("say", form);
  }
}

const FOLLOWED =
  "message,edited,deleted,reaction,thread,room,form,answer,home,commands,typing,status,connected,fault,clock,bot,reset";

/** Follow the journal for ever: `onEntry` for each entry, `onGap` when some may have been missed. */
export function followJournal(after, { onEntry, onGap, onLost }) {
  const source = new EventSource(`/control/journal/events?after=${after}&kinds=${FOLLOWED}`);
  let isLost = false;
  source.addEventListener("message", (event) => onEntry(JSON.parse(event.data)));
  source.addEventListener("error", () => {
    isLost = true;
    onLost();
  });
  source.addEventListener("open", () => {
    if (isLost) onGap();
    isLost = false;
  });
  return source;
}
