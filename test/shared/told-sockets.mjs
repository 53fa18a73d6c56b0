/** Tells on stderr what this process connects to and looks up: `node --import ./test/shared/told-sockets.mjs`. */
import dns from "node:dns";
import { writeSync } from "node:fs";
import { Socket } from "node:net";

const tell = what => writeSync(2, `socket: ${what}\n`);

const { connect } = Socket.prototype;
Socket.prototype.connect = function (...args) {
  const [{ host, port }] = Array.isArray(args[0]) ? args[0] : args;
  tell(`${host}:${port}`);
  return connect.apply(this, args);
};
const { lookup } = dns;
dns.lookup = (name, ...rest) => {
  tell(name);
  return lookup(name, ...rest);
};
