package dev.lockstep.models.internal.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.lockstep.models.internal.template.TemplateException.Reason;
import dev.lockstep.securemem.MemoryBudget;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Templates that would take all time, memory or stack there is: each is stopped by a limit, and says so. */
class HostileTemplateTest {
    /** Bytes; a thread as small as servers may have. */
    private static final long SMALL_STACK = 512 << 10;

    @ParameterizedTest
    @ValueSource(strings = {
        // loops
        "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
        "{% macro m(n) %}{% for a in range(100000) %}{{ m(n) }}{% endfor %}{% endmacro %}{% for a in range(9999) %}{% set x = 1 %}{% endfor %}{{ m(1) }}",
        "{% for a in range(30000) %}{{ range(100000)|length }}{% endfor %}",
        "{{ range(1000000000) }}",
        // exponential texts and lists
        "{% set ns = namespace(x='aa') %}{% for i in range(60) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
        "{% set ns = namespace(x='aa') %}{% for i in range(60) %}{% set ns.x = ns.x.replace('a', 'aa') %}{% endfor %}",
        "{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
        "{% set ns = namespace(x='a') %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}",
        "{% set ns = namespace(x='a') %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x|tojson|length }}",
        "{% set ns = namespace(x='a', y='a') %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% set ns.y = [ns.y, ns.y] %}{% endfor %}{{ ns.x == ns.y }}",
        "{% set ns = namespace(x={'a': 1}) %}{% for i in range(60) %}{% set ns.x = {'l': ns.x, 'r': ns.x} %}{% endfor %}{{ ns.x|tojson(indent=2) }}",
        "{{ 'a' * 2000000000 }}", "{{ [1] * 2000000000 }}", "{{ (1, 2) * 1500000000 }}", "{{ ('a' * 1000000) * 1000000 }}",
        "{% set x %}{% for i in range(100000) %}{% for j in range(1000) %}abcdefghij{% endfor %}{% endfor %}{% endset %}",
        "{% for i in range(100000) %}{{ 'a' * 1000 }}{% endfor %}",
        "{% set ns = namespace() %}{% for i in range(100000) %}{% set ns.x = [ns.x, 1, 2, 3, 4, 5] %}{% endfor %}",
        // depth
        "{% macro m(n) %}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}",
        "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}",
        "{% macro m() %}{% call m() %}{% endcall %}{% endmacro %}{{ m() }}",
        "{% set ns = namespace(x=[]) %}{% for i in range(9000) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}",
        "{% set ns = namespace(x=[]) %}{% for i in range(9000) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x|tojson }}",
        "{% set ns = namespace(x=[], y=[]) %}{% for i in range(9000) %}{% set ns.x = [ns.x] %}{% set ns.y = [ns.y] %}{% endfor %}{{ ns.x == ns.y }}",
        "{% set ns = namespace(x=[], y=[]) %}{% for i in range(9000) %}{% set ns.x = [ns.x] %}{% set ns.y = [ns.y] %}{% endfor %}{{ [ns.x, ns.y]|sort }}",
        // searches that take the square of the length
        "{% set a = 'a' * 300000 %}{{ a.find('a' * 150000 + 'b') }}",
        "{% set a = 'a' * 300000 %}{% for i in range(100000) %}{{ a.endswith('b' + a) or a == a + 'b' or a < a }}{% endfor %}",
        "{% set a = ('a ' * 200000) %}{% for i in range(100000) %}{{ a.split()|length }}{{ a|upper|lower|title|length }}{% endfor %}",
        "{% set a = 'a' * 300000 %}{% for i in range(100000) %}{{ (a|trim(a))|length }}{% endfor %}",
        "{% set a = ' ' * 300000 %}{% for i in range(100000) %}{{ a.strip()|length }}{% endfor %}",
        "{% set a = 'a' * 300000 %}{% for i in range(100000) %}{% set x = {a: 1} %}{{ x[a] }}{% endfor %}",
        "{% set x = range(100000)|list %}{% for i in range(100000) %}{{ 'x' in x }}{{ x.count('x') }}{% endfor %}",
        "{{ range(100000)|unique|list }}",
        "{% set x = range(100000)|list %}{% for i in range(100000) %}{% set y = x[::-1]|sort %}{% endfor %}",
        "{% set a = 'a' * 300000 %}{% for i in range(100000) %}{{ a is lower or a.isalpha() }}{% endfor %}",
        "{% set s = 'a' * 2000000 %}{% set l = [] %}{% for i in range(100000) %}{% set q = l[s] %}{% endfor %}",
        "{% set s = 'a' * 2000000 %}{% set n = namespace() %}{% for i in range(100000) %}{% set q = n[s] %}{% endfor %}",
        "{% set s = 'a' * 2000000 %}{% for i in range(100000) %}{% set q = loop[s] %}{% endfor %}",
        "{% set s = 'a' * 2000000 %}{% set d = {s: 1} %}{% set e = {s: 1} %}{% for i in range(100000) %}{% set q = d == e %}{% endfor %}",
        "{% set s = 'a' * 2000000 %}{% set d = {s: 1} %}{% for i in range(100000) %}{% set q = dict(d) %}{% endfor %}",
        "{% set s = 'a' * 300000 %}{% set t = (s,) * 200000 %}{% for i in range(100000) %}{{ (s + 'b').startswith(t) }}{{ s.endswith(('b' + s,) * 9) }}{% endfor %}",
        "{% set s = 'a' * 300000 %}{% for i in range(100000) %}{{ s.startswith(prefix=s) }}{% endfor %}",
        "{% set p = '.' * 300000 %}{% for i in range(100000) %}{{ [1]|map(attribute=p, default={})|list|length }}{% endfor %}",
        "{% set x = [''] * 100000 %}{% for i in range(100000) %}{{ x|join }}{% endfor %}",
        // what is missing keeps nothing of the name it was looked for
        "{% set s = 'a' * 1000 %}{% set ns = namespace(x=[]) %}{% for i in range(300000) %}{% set ns.x = [ns.x, {}[s]] %}{% endfor %}",
        // scopes that macros keep, one around the other
        "{% set ns = namespace() %}{% macro m() %}{% macro n() %}{% set ns.m = caller %}{% endmacro %}{% set ns.m = n %}{% endmacro %}"
                + "{% for i in range(99999) %}{{ m() }}{% set x = 1 %}{% set y = 1 %}{% endfor %}{{ unknown }}{% for i in range(99999) %}{% endfor %}",
        "{% set ns = namespace() %}{% macro m() %}{% set ns.a = 1 %}{% call m() %}{% endcall %}{% endmacro %}{{ m() }}"})
    void isStopped(String template) throws InterruptedException {
        assertThat(renderedOnSmallStack(template)).isInstanceOfSatisfying(TemplateException.class,
                e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(Reason.LIMIT));
        assertThat(MemoryBudget.held()).as("bytes of arenas that are still held").isZero();
    }

    /** Methods are equal if they are of the same object; what it holds is not looked at. */
    @Test
    void methodsOfValuesAreComparedWithoutLookingIntoThem() throws InterruptedException {
        String wide = "{% set ns = namespace(a=[], b=[]) %}{% for i in range(60) %}{% set ns.a = [ns.a, ns.a] %}{% set ns.b = [ns.b, ns.b] %}{% endfor %}";
        String deep = "{% set ns = namespace(a=[], b=[]) %}{% for i in range(30000) %}{% set ns.a = [ns.a] %}{% set ns.b = [ns.b] %}{% endfor %}";
        String use = "{{ ns.a.count == ns.b.count }} {{ ns.a.count == ns.a.count }} {{ ns.a.count == ns.a.index }}";
        assertThat(Renderer.render(wide + use)).isEqualTo("False True False");
        assertThat(renderedOnSmallStack(deep + use)).isNull();
    }

    @Test
    void filtersThatCallFiltersHaveADepth() throws InterruptedException {
        String maps = "'map', ".repeat(5_000);
        assertThat(renderedOnSmallStack("{% set ns = namespace(x=[1]) %}{% for i in range(5000) %}{% set ns.x = [ns.x] %}{% endfor %}"
                + "{{ ns.x|map(" + maps + "'string')|list|length }}")).isInstanceOfSatisfying(TemplateException.class,
                e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(Reason.LIMIT));
    }

    /** Python compares whole and floating-point numbers exactly; an order that is none breaks sorting. */
    @Test
    void numbersOfBothKindsHaveOneOrder() {
        String big = "9007199254740993, 9007199254740992.0, 9007199254740992, ";
        assertThat(Renderer.render("{{ [9007199254740993, 9007199254740992.0]|sort }} {{ 9007199254740993 == 9007199254740992.0 }}"
                + " {{ 9007199254740993 > 9007199254740992.0 }} {{ 9223372036854775807 < 1e19 }} {{ -9223372036854775807 > -1e19 }}"
                + " {{ 1 < 1.5 }} {{ -1 > -1.5 }} {{ 2 == 2.0 }} {{ 0.0 == -0.0 }} {{ 0.0 > -0.0 }}"))
                .isEqualTo("[9007199254740992.0, 9007199254740993] False True True True True True True True False");
        assertThat(Renderer.render("{% set nan = 1e308 * 10 - 1e308 * 10 %}{{ nan == nan }}{{ nan < 1 }}{{ nan >= 1 }}{{ 1 < nan }}{{ nan != nan }}"))
                .isEqualTo("FalseFalseFalseFalseTrue");
        assertThat(Renderer.render("{% set nan = 1e308 * 10 - 1e308 * 10 %}{{ ([" + big.repeat(50) + "nan, -0.0, 0, 0.0, 1e19] * 3)|sort|length }}"))
                .isEqualTo("465");
    }

    /** Each macro keeps the scope of the one that made it. */
    @Test
    void chainsOfScopesHaveALength() throws InterruptedException {
        assertThat(renderedOnSmallStack("{% set ns = namespace() %}{% macro make() %}{% macro next() %}{{ caller() }}{% endmacro %}{% set ns.m = next %}"
                + "{% endmacro %}{% for i in range(100000) %}{% call make() %}{{ ns.m is defined }}{% endcall %}{% endfor %}"))
                .isInstanceOfSatisfying(TemplateException.class, e -> assertThat(e.reason()).as(e.getMessage()).isEqualTo(Reason.LIMIT));
    }

    @Test
    void macrosTakeALimitedNumberOfParameters() {
        String parameters = String.join(", ", IntStream.range(0, 50_000).mapToObj(i -> "p" + i).toList());
        assertThatThrownBy(() -> Renderer.render("{% macro m(" + parameters + ") %}{% endmacro %}")).isInstanceOf(TemplateSyntaxException.class)
                .hasMessageContaining("255");
        assertThatThrownBy(() -> Renderer.render("{% macro m(a, a) %}{% endmacro %}")).isInstanceOf(TemplateSyntaxException.class)
                .hasMessageContaining("twice");
        assertThatThrownBy(() -> Renderer.render("{% macro m(a) %}{% endmacro %}{{ m(1, a=2) }}")).isInstanceOf(TemplateException.class);
        assertThat(Renderer.render("{% macro m(a, b) %}{{ a }}{{ b }}{% endmacro %}{{ m(1, b=2) }}")).isEqualTo("12");
    }

    @Test
    void manyTagsInOneLineAreReadInTimeThatGrowsWithThem() {
        assertThat(Renderer.render("{##}".repeat(Source.MAX_CHARS / 4))).isEmpty();
    }

    @Test
    void numbersThatLeave64BitsAreErrors() {
        for (String template : List.of("{{ 9999999999 ** 2 }}", "{{ 2 ** 9223372036854775807 }}", "{{ 9223372036854775807 + 1 }}",
                "{{ -9223372036854775807 - 2 }}", "{{ (-9223372036854775807 - 1) // -1 }}", "{{ 9223372036854775807 * 2 }}",
                "{{ 'a' * 9223372036854775807 }}", "{{ 1e308|round(400) }}", "{{ range(-9223372036854775807, 9223372036854775807) }}", "{{ {}|tojson(indent=1000000000) }}")) {
            assertThatThrownBy(() -> Renderer.render(template)).as(template).isInstanceOf(TemplateException.class);
        }
        assertThat(Renderer.render("{{ 1e308 * 10 }}{{ '9' * 10 }}{{ ('9' * 100000)|int }}{{ ('9' * 100000)|float }}")).isEqualTo("inf999999999900.0");
    }

    @Test
    void sourcesThatAreNestedTooDeepAreRefused() throws InterruptedException {
        List<String> templates = new ArrayList<>();
        for (String open : List.of("(", "[", "{'a':", "-", "not ", "x[", "f(", "x|default(", "1 if ", "1 if 1 else ", "a ** -")) {
            templates.add("{{ " + open.repeat(1_000));
        }
        templates.add("{% if x %}".repeat(1_000));
        templates.add("{% for x in y %}".repeat(1_000));
        templates.add("{% macro m() %}".repeat(1_000));
        templates.add("{% set x %}".repeat(1_000));
        templates.add("{% for " + "(".repeat(1_000));
        for (String template : templates) {
            assertThat(renderedOnSmallStack(template)).as(template.substring(0, 20)).isInstanceOf(TemplateSyntaxException.class);
        }
    }

    /** These are parsed in a loop and evaluated in depth. */
    @Test
    void chainsThatAreTooLongAreStopped() throws InterruptedException {
        for (String link : List.of(" + 1", "|trim", ".x", "[0]", "()", " and 1", " or 0", " if 1", " is none", " - 1", " * 1")) {
            assertThat(renderedOnSmallStack("{{ 1" + link.repeat(2_000) + " }}")).as(link)
                    .isInstanceOfAny(TemplateException.class, TemplateSyntaxException.class);
        }
        assertThat(Renderer.render("{{ 1" + " + 1".repeat(200) + " }}")).isEqualTo("201");
    }

    @Test
    void aLongTemplateOfManyTagsIsReadInTimeThatGrowsWithIt() {
        String tags = "{{ 1 }}{% if x %}{% endif %}{# c #} {%- raw %}{{{% endraw %}".repeat(5_000);
        assertThat(Renderer.render(tags)).hasSize(5_000 * 3);
        assertThatThrownBy(() -> Template.parse(" ".repeat(Source.MAX_CHARS + 1))).isInstanceOf(TemplateSyntaxException.class);
        for (String begin : List.of("{% raw %}", "{#", "{{ '", "{%", "{{ x|")) {
            assertThatThrownBy(() -> Template.parse(begin.repeat(Source.MAX_CHARS / begin.length()))).isInstanceOf(TemplateSyntaxException.class);
        }
    }

    @Test
    void aNamespaceThatHoldsItselfCannotBePrinted() {
        for (String use : List.of("{{ ns }}", "{{ ns|tojson }}", "{{ [ns] }}", "{{ ns|string }}", "{{ {'a': ns}|tojson }}")) {
            assertThatThrownBy(() -> Renderer.render("{% set ns = namespace() %}{% set ns.x = ns %}" + use)).as(use)
                    .isInstanceOf(TemplateException.class).hasMessageContaining("namespace");
        }
    }

    @Test
    void nothingOfJavaCanBeReached() {
        for (String expression : List.of("x.class", "x.getClass", "x['class']", "x.__class__", "x.hashCode", "x.toString", "range.builtin",
                "raise_exception.body", "x.items.receiver", "namespace.__init__", "loop")) {
            Throwable failure = catchThrowable(() -> assertThat(Renderer.render("{{ " + expression + " }}", Map.of("x", Map.of()))).isEmpty());
            assertThat(failure == null || failure instanceof TemplateException).as(expression).isTrue();
        }
    }

    @Test
    void inputThatIsNoJsonIsTheCallersMistake() {
        Object deep = "x";
        for (int i = 0; i < 100; i++) {
            deep = List.of(deep);
        }
        for (Object value : List.of(new Object(), deep, Map.of(1, 2), "\ud800", new java.math.BigInteger("9".repeat(30)))) {
            assertThatThrownBy(() -> Renderer.render("{{ x }}", Map.of("x", value))).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static Throwable renderedOnSmallStack(String template) throws InterruptedException {
        List<Throwable> failure = new ArrayList<>();
        var thread = new Thread(null, () -> failure.add(catchThrowable(() -> Renderer.render(template))), "small-stack", SMALL_STACK);
        thread.start();
        thread.join();
        return failure.getFirst();
    }
}
