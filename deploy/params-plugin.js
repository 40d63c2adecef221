// Refuses a deployment without its file of parameters, before anything is made. A plugin, for that alone knows the command.
import { refusal } from "./params-file.ts";

// biome-ignore lint/style/noDefaultExport: the framework asks for one
export default function paramsPlugin(serverless, options) {
  return {
    hooks: {
      initialize: () => {
        const why = refusal(serverless.serviceDir, {
          words: serverless.processedInput.commands,
          stage: serverless.service.provider.stage,
          region: options.region,
          params: [options.param ?? []].flat(),
          packaged: options.package,
        });
        if (why) throw new serverless.classes.Error(why, "PARAMETERS");
      },
    },
  };
}
