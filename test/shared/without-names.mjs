/** A machine whose resolver says nothing for so many milliseconds, and then that it cannot say. */
import dns from "node:dns";

const silence = Number(process.env.SILENCE_MS);

dns.lookup = (name, options, callback = options) => {
  const error = Object.assign(new Error(`getaddrinfo EAI_AGAIN ${name}`), { code: "EAI_AGAIN" });
  setTimeout(() => callback(error), silence);
};
