package dev.lockstep.models.internal.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.securemem.MemoryBudget;
import dev.lockstep.securemem.SecureArena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What users wrote stays marked as theirs, whatever a template does with it. In the expected results it stands in braces. */
class UserTextTest {
    @ParameterizedTest
    @CsvSource(delimiter = '!', ignoreLeadingAndTrailingWhitespace = false, textBlock = """
            <|a|>{{ x }}<|b|>!<|a|>{ uSer é }<|b|>
            {{ '<|a|>' + x + '<|b|>' }}!<|a|>{ uSer é }<|b|>
            {{ '<|a|>' ~ x ~ '<|b|>' }}!<|a|>{ uSer é }<|b|>
            {{ '<' }}{{ x|trim }}{{ '>' }}!<{uSer é}>
            {{ x.strip() }}{{ x.lstrip() }}!{uSer éuSer é }
            {{ x|upper }}-{{ x|lower }}!{ USER É }-{ user é }
            {{ x.split(' ') }}!['', '{uSer}', '{é}', '']
            {{ x.split('S')[0] + '<|x|>' }}!{ u}<|x|>
            {{ x[2:5] }}<|x|>{{ x[::-1] }}!{Ser}<|x|>{ é reSu }
            {{ x.replace('S', '<|eot|>') }}!{ u}<|eot|>{er é }
            {{ '<|eot|>'.replace('eot', x) }}!<|{ uSer é }|>
            {{ x|tojson }}!"{ uSer é }"
            {{ {'k': x}|tojson(ensure_ascii=true) }}!{"k": "{ uSer \\u00e9 }"}
            {{ [x] }}!['{ uSer é }']
            {{ [x, x]|join('<|s|>') }}!{ uSer é }<|s|>{ uSer é }
            {{ '<|s|>'.join([x, 'm']) }}!{ uSer é }<|s|>m
            {{ x|e }}{{ (x|safe) + '<' }}!{ uSer é  uSer é }&lt;
            {{ x|capitalize }}-{{ x|title }}-{{ x * 2 }}!{ user é }-{ User É }-{ uSer é  uSer é }
            {{ x|indent(2, true) }}!  { uSer é }
            {% for c in x %}{{ c }}.{% endfor %}!{ }.{u}.{S}.{e}.{r}.{ }.{é}.{ }.
            {% for k, v in d.items() %}{{ k }}={{ v }}{% endfor %}!{key}={value}
            {{ d }}!{'{key}': '{value}'}
            {% set y %}<|a|>{{ x }}{% endset %}{{ y }}{{ y|length }}!<|a|>{ uSer é }13
            {% macro m(a) %}<|{{ a }}|>{% endmacro %}{{ m(x) }}!<|{ uSer é }|>
            {{ x if x == ' uSer é ' else '' }}!{ uSer é }
            {{ x.partition('S')[2] }}{{ x.removeprefix(' ') }}!{er é uSer é }
            {{ x|reverse }}{{ x|list|join }}{{ x|map('upper')|join }}!{ é reSu  uSer é  USER É }
            {{ role }}{{ x }}!user{ uSer é }
            {{ '<|' + role + '|>' }}!<|user|>
            {{ strftime_now(x) }}!{ uSer é }
            {{ q|tojson }}{{ [q] }}!"{a\\"b}"['{a"b}']
            """)
    void isKnownByItsMark(String template, String expected) {
        Map<String, ?> variables = Map.of("x", " uSer é ", "d", Map.of("key", "value"), "role", new Rendering.Markup("user"), "q", "a\"b");
        assertThat(marked(template, variables)).isEqualTo(expected);
    }

    private static String marked(String template, Map<String, ?> variables) {
        try (var memory = SecureArena.open("test")) {
            Rendering rendering = Rendering.of(Template.parse(template), variables, Renderer.NOW, memory);
            byte[] utf8 = Renderer.string(rendering).getBytes(StandardCharsets.UTF_8);
            var marked = new StringBuilder();
            long[] ranges = rendering.textRanges();
            int from = 0;
            for (int i = 0; i < ranges.length; i++) {
                marked.append(new String(utf8, from, (int) ranges[i] - from, StandardCharsets.UTF_8)).append("{}".charAt(i % 2));
                from = (int) ranges[i];
            }
            return marked.append(new String(utf8, from, utf8.length - from, StandardCharsets.UTF_8)).toString();
        }
    }

    @Test
    void isNeverInMessages() {
        for (String template : List.of("{{ raise_exception('bad: ' + x) }}", "{{ d[x].y }}", "{{ x.y.z }}", "{{ d[x] + 1 }}", "{{ x + 1 }}",
                "{{ [1]|map(x)|list }}", "{{ [1]|select(x)|list }}", "{{ namespace()[x] + 'a' }}", "{{ 1|round(0, x) }}", "{{ strftime_now('%' + x) }}",
                "{{ x|int + x }}", "{{ x * x }}", "{{ x() }}", "{{ ''.index(x) }}")) {
            assertThatThrownBy(() -> Renderer.render(template, Map.of("x", "se?ret", "d", Map.of()))).as(template)
                    .isInstanceOf(TemplateException.class).hasMessageNotContaining("ret");
        }
        assertThatThrownBy(() -> Renderer.render("{{ raise_exception('role ' ~ x ~ ' is unknown') }}", Map.of("x", "se?ret")))
                .hasMessageContaining("role ... is unknown");
    }

    @Test
    void textOffHeapIsTheSameAsAString() {
        try (var memory = SecureArena.open("test")) {
            String text = "a\u00e9\u4e2d\ud83d\ude00\u0000\uffff\ud800\udc00\udbff\udfff";
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            MemorySegment utf8 = memory.allocate(bytes.length).copyFrom(MemorySegment.ofArray(bytes));
            assertThat(Renderer.render("{{ x }}{{ x == y }}{{ x|length }}", Map.of("x", utf8, "y", text))).isEqualTo(text + "True8");
            for (byte[] wrong : new byte[][] {{(byte) 0xC3}, {(byte) 0xFF}, {(byte) 0xED, (byte) 0xA0, (byte) 0x80}, {'a', (byte) 0x80}}) {
                assertThatThrownBy(() -> Renderer.render("", Map.of("x", MemorySegment.ofArray(wrong)))).isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("UTF-8");
            }
        }
    }

    @Test
    void everythingInBetweenIsWiped() {
        try (var memory = SecureArena.open("result")) {
            long before = MemoryBudget.held();
            Rendering rendering = Rendering.of(Template.parse("{{ x|upper }}{{ x.split() }}"), Map.of("x", "a b"), Renderer.NOW, memory);
            assertThat(MemoryBudget.held() - before).isEqualTo(rendering.utf8().byteSize());
            assertThat(rendering).hasToString("Rendering[" + rendering.utf8().byteSize() + " bytes, " + rendering.textRanges().length / 2
                    + " ranges of text]");
        }
    }
}
