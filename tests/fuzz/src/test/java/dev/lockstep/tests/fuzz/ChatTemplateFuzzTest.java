package dev.lockstep.tests.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lockstep.models.internal.template.Rendering;
import dev.lockstep.models.internal.template.Template;
import dev.lockstep.models.internal.template.TemplateException;
import dev.lockstep.models.internal.template.TemplateSyntaxException;
import dev.lockstep.securemem.MemoryBudget;
import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Any text as a chat template. Rendered, what users wrote never passes for markup. */
class ChatTemplateFuzzTest {
    private static final LocalDateTime NOW = LocalDateTime.of(2026, 11, 27, 8, 0);

    /** Outside of what a fuzzer puts into a template, so that whatever holds it in a result is a user's. */
    private static final String USER = "\uD83D\uDC24";

    /** Garbage that a rendering may make at most, whatever its template: its own limit are steps, and some make a hundred bytes. */
    private static final long RENDERING_ALLOWANCE = 8 << 20;

    private static final Map<String, Object> CONVERSATION = Map.of("bos_token", new Rendering.Markup("<s>"), "add_generation_prompt", true,
            "messages", List.of(Map.of("role", "user", "content", USER + " 1\n" + USER),
                    Map.of("role", "assistant", "content", USER, "tool_calls", List.of(Map.of("function", Map.of("name", USER, "arguments", Map.of()))))));

    @FuzzTest
    void rendersOrRefuses(byte[] template) throws Exception {
        check(template);
    }

    /** Returns true if the template was rendered. */
    static boolean check(byte[] bytes) throws Exception {
        String source = new String(bytes, StandardCharsets.UTF_8).replace(USER, "");
        var template = new Template[1];
        return Parsing.accepts(bytes.length, Set.of(TemplateSyntaxException.class), () -> template[0] = Template.parse(source))
                && Parsing.accepts(RENDERING_ALLOWANCE, Set.of(TemplateException.class), () -> render(template[0], source));
    }

    private static void render(Template template, String source) throws Exception {
        long before = MemoryBudget.held();
        try (var memory = SecureArena.open("fuzzed template")) {
            Rendering rendering = Rendering.of(template, CONVERSATION, NOW, memory);
            // an escape could spell it
            if (!source.contains("\\")) {
                long from = 0;
                for (int i = 0; i <= rendering.textRanges().length; i += 2) {
                    long to = i < rendering.textRanges().length ? rendering.textRanges()[i] : rendering.utf8().byteSize();
                    assertThat(text(rendering.utf8().asSlice(from, to - from))).doesNotContain(USER);
                    from = i < rendering.textRanges().length ? rendering.textRanges()[i + 1] : to;
                }
            }
        }
        assertThat(MemoryBudget.held()).isEqualTo(before);
    }

    private static String text(MemorySegment utf8) throws Exception {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8.toArray(ValueLayout.JAVA_BYTE))).toString();
    }
}
