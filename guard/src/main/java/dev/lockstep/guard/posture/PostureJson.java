package dev.lockstep.guard.posture;

import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.json.JsonMapper;

/** A posture as JSON, for whoever looks after many devices; docs/posture.md describes it. Members are added, never renamed. */
public final class PostureJson {
    /** What the text is. */
    public static final String FORMAT = "lockstep-posture/v1";

    /** Names of files and devices are in it, which must not reach a terminal as they are. */
    private static final JsonMapper MAPPER = JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private PostureJson() {
    }

    /** Over several lines, without one at the end. */
    public static String of(Posture posture) {
        var json = MAPPER.createObjectNode().put("format", FORMAT).put("at", posture.at().toString()).put("fit", posture.isFit());
        var checks = json.putArray("checks");
        for (CheckResult result : posture.results()) {
            checks.addObject().put("check", result.check()).put("status", result.status().id())
                    .put("evidence", result.evidence()).put("remedy", result.remedy());
        }
        return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(json);
    }
}
