package dev.lockstep.models.internal.template;

import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.Map;

/** Renders templates to strings. */
final class Renderer {
    static final LocalDateTime NOW = LocalDateTime.of(2025, 7, 4, 12, 0);

    private Renderer() {
    }

    static String render(String template) {
        return render(template, Map.of());
    }

    static String render(String template, Map<String, ?> variables) {
        return render(Template.parse(template), variables, NOW);
    }

    static String render(Template template, Map<String, ?> variables, LocalDateTime now) {
        try (var memory = SecureArena.open("test")) {
            return string(Rendering.of(template, variables, now, memory));
        }
    }

    static String string(Rendering rendering) {
        return new String(rendering.utf8().toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }
}
