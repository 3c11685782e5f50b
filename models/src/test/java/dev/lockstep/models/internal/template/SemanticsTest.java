package dev.lockstep.models.internal.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.models.internal.tokenizer.JsonText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Every construct, filter, test and method that is supported, against what Jinja itself prints. */
class SemanticsTest {
    private static Map<?, ?> vectors() throws IOException {
        try (var file = SemanticsTest.class.getResourceAsStream("semantics.json")) {
            return JsonText.object(new String(file.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    void whatJinjaPrintsIsPrinted() throws IOException {
        Map<?, ?> vectors = vectors();
        List<?> prints = (List<?>) vectors.get("prints");
        assertThat(prints).hasSizeGreaterThan(400);
        for (Object each : prints) {
            List<?> vector = (List<?>) each;
            assertThat(Renderer.render((String) vectors.get("prelude") + vector.get(0))).as((String) vector.get(0)).isEqualTo(vector.get(1));
        }
    }

    @Test
    void whatJinjaRefusesIsRefused() throws IOException {
        Map<?, ?> vectors = vectors();
        List<?> raises = (List<?>) vectors.get("raises");
        assertThat(raises).hasSizeGreaterThan(25);
        for (Object each : raises) {
            assertThatThrownBy(() -> Renderer.render((String) vectors.get("prelude") + each)).as((String) each)
                    .isInstanceOfAny(TemplateException.class, TemplateSyntaxException.class);
        }
    }

    @Test
    void someCharactersBecomeSeveral() {
        assertThat(Renderer.render("{{ 'stra\u00dfe \ufb03 \u0149'|upper }} {{ '\u0130\u00c9'|lower }}"))
                .isEqualTo("STRASSE FFI \u02bcN i\u0307\u00e9");
    }

    /** Its upper case is itself: two chars of Java, and one character. */
    @Test
    void aWordThatBeginsWithAnEmojiIsCapitalized() {
        assertThat(Renderer.render("{{ '\\U0001F424ab cd'|title }}{{ '\\U0001F424AB'|capitalize }}")).isEqualTo("\uD83D\uDC24ab Cd\uD83D\uDC24ab");
    }
}
