/* Sends a file with tus-js-client, aborts after the first MiB, and goes on in a new upload that knows the address. */
const fs = require("fs");
const tus = require("tus-js-client");

const order = JSON.parse(fs.readFileSync(0, "utf8"));
const data = fs.readFileSync(order.path);
const options = { headers: order.headers, chunkSize: 1048576, retryDelays: [0, 100] };

const fail = (error) => {
  console.error(String(error));
  process.exit(1);
};
let stoppedAt = 0;
const first = new tus.Upload(data, {
  ...options,
  endpoint: order.endpoint,
  metadata: order.metadata,
  onError: fail,
  onChunkComplete: async (_size, accepted) => {
    if (stoppedAt) return;
    stoppedAt = accepted;
    await first.abort();
    new tus.Upload(data, {
      ...options,
      uploadUrl: first.url,
      onError: fail,
      onSuccess: () => console.log(JSON.stringify({ stopped_at: stoppedAt })),
    }).start();
  },
});
first.start();
