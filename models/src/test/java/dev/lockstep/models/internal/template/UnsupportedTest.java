package dev.lockstep.models.internal.template;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is not supported is refused by name when a template is parsed, also where it would never be reached. */
class UnsupportedTest {
    @ParameterizedTest
    @CsvSource(delimiter = '!', textBlock = """
            a{% include 'x' %}                                  ! line 1, column 5: the tag include is not supported
            {% extends 'x' %}                                   ! the tag extends is not supported
            {% import 'x' as y %}                               ! the tag import is not supported
            {% block x %}{% endblock %}                         ! the tag block is not supported
            {% filter upper %}x{% endfilter %}                  ! the tag filter is not supported
            {% do x %}                                          ! the tag do is not supported
            {% autoescape true %}{% endautoescape %}            ! the tag autoescape is not supported
            {% trans %}{% endtrans %}                           ! the tag trans is not supported
            {% if false %}{{ x|urlize }}{% endif %}             ! line 1, column 20: the filter urlize is not supported; supported are abs,
            {{ x|batch(2) }}                                    ! the filter batch is not supported
            {{ x|random }}                                      ! the filter random is not supported
            {% if x is filter %}{% endif %}                     ! the test filter is not supported
            {{ x.format(1) }}                                   ! line 1, column 5: the method format() is not supported
            {{ x.__class__() }}                                 ! the method __class__() is not supported
            {{ x.encode('utf8') }}                              ! the method encode() is not supported
            {{ '%s' % x }}                                      ! line 1, column 9: formatting with % is not supported
            {{ f(*x) }}                                         ! arguments by * are not supported
            {{ f(**x) }}                                        ! arguments by ** are not supported
            {{ cycler('a') }}                                   ! cycler is not supported
            {{ self.x }}                                        ! self is not supported
            {% macro m() %}{{ varargs }}{% endmacro %}          ! varargs is not supported
            {% for x in y recursive %}{% endfor %}              ! recursive loops are not supported
            {% set x | upper %}a{% endset %}                    ! set blocks with a filter are not supported
            {{ x|tojson(cls=1) }}                               ! tojson does not take an argument cls
            {{ x|trim('a', 'b') }}                              ! trim takes 1 arguments
            {{ x|replace('a') }}                                ! replace needs an argument new
            {{ x is divisibleby }}                              ! divisibleby needs an argument num
            {{ '\\N{DASH}' }}                                   ! this escape is not supported
            {{ '\\ud800' }}                                     ! this escape stands for no character
            {% break %}                                         ! break outside of a loop
            {{ x                                                ! this tag has no end
            {{ 'x }}                                            ! this string has no end
            {# x                                                ! this comment has no end
            {% raw %} x                                         ! this raw block has no end
            {% if x %}                                          ! unexpected the end of the template where elif or else or endif should be
            {{ (1, 2] }}                                        ! unexpected ']'
            {{ 1 + }}                                           ! unexpected }} where an expression should be
            {{ x ? 1 : 2 }}                                     ! unexpected character
            {{ 99999999999999999999 }}                          ! this is no whole number of 64 bits
            {% set true = 1 %}                                  ! cannot assign to true
            {% macro m(a, a) %}{% endmacro %}                   ! the parameter a is there twice
            {% endif %}                                         ! unexpected endif
            """)
    void isRefusedByName(String template, String problem) {
        assertThatThrownBy(() -> Template.parse(template)).isInstanceOf(TemplateSyntaxException.class).hasMessageContaining(problem);
    }
}
