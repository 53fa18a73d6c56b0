/**
 * Leads what this process sends to Amazon's hosts to a local AWS that stands there under their names, as a resolver
 * would: `node --import ./test/shared/led-to-local-aws.mjs`. Everything else it would reach is refused.
 */
import tls from "node:tls";

const { connect } = tls;
const port = Number(process.env.LOCAL_AWS_PORT);

tls.connect = (options, ...rest) => {
  if (!/\.amazonaws\.(com|com\.cn|eu)$/.test(options.servername ?? ""))
    throw new Error(`A test would have reached ${options.servername ?? options.host}.`);
  return connect({ ...options, host: "127.0.0.1", port }, ...rest);
};
