package dev.lockstep.models.internal.template;

import dev.lockstep.models.internal.template.Expression.Arguments;
import dev.lockstep.models.internal.template.Expression.Comparison;
import dev.lockstep.models.internal.template.Expression.Operator;
import dev.lockstep.models.internal.template.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads expressions, with the precedence that Jinja gives to operators: conditional, or, and, not, comparisons, sums, {@code ~}, products,
 * powers, signs, then postfixes, filters and tests.
 */
final class ExpressionParser {
    private static final List<Map<String, Operator>> LEVELS = List.of(Map.of("+", Operator.ADD, "-", Operator.SUBTRACT),
            Map.of("*", Operator.MULTIPLY, "/", Operator.DIVIDE, "//", Operator.FLOOR_DIVIDE, "%", Operator.MODULO),
            Map.of("**", Operator.POWER));

    private static final Map<String, Comparison> COMPARISONS = Map.of("==", Comparison.EQUAL, "!=", Comparison.NOT_EQUAL, "<", Comparison.LESS,
            "<=", Comparison.LESS_OR_EQUAL, ">", Comparison.GREATER, ">=", Comparison.GREATER_OR_EQUAL);

    /** Names that mean something to Jinja and nothing here: to take them for undefined would be wrong. */
    private static final Set<String> UNSUPPORTED = Set.of("cycler", "joiner", "lipsum", "varargs", "kwargs", "self", "super");

    private final TokenStream tokens;

    ExpressionParser(TokenStream tokens) {
        this.tokens = tokens;
    }

    /** An expression, or several with commas between them: a tuple. */
    Expression expressionOrTuple() {
        int at = tokens.peek().at();
        Expression first = expression();
        if (!tokens.peek().isOperator(",")) {
            return first;
        }
        List<Expression> items = new ArrayList<>(List.of(first));
        while (tokens.skipOperator(",") && !endsTuple()) {
            items.add(expression());
        }
        return new Expression.SequenceLiteral(Value.Sequence.Kind.TUPLE, List.copyOf(items), at);
    }

    private boolean endsTuple() {
        Token token = tokens.peek();
        return token.kind() == Kind.BLOCK_END || token.kind() == Kind.PRINT_END || token.isOperator(")");
    }

    Expression expression() {
        tokens.enter();
        int at = tokens.peek().at();
        Expression result = or();
        while (tokens.skipName("if")) {
            Expression condition = or();
            result = new Expression.Conditional(condition, result, tokens.skipName("else") ? expression() : null, at);
        }
        tokens.leave();
        return result;
    }

    /** An expression that an {@code if} may follow which does not belong to it. */
    Expression or() {
        int at = tokens.peek().at();
        Expression left = and();
        while (tokens.skipName("or")) {
            left = new Expression.Or(left, and(), at);
        }
        return left;
    }

    private Expression and() {
        int at = tokens.peek().at();
        Expression left = not();
        while (tokens.skipName("and")) {
            left = new Expression.And(left, not(), at);
        }
        return left;
    }

    private Expression not() {
        int at = tokens.peek().at();
        if (!tokens.skipName("not")) {
            return comparison();
        }
        tokens.enter();
        Expression operand = not();
        tokens.leave();
        return new Expression.Not(operand, at);
    }

    private Expression comparison() {
        int at = tokens.peek().at();
        Expression first = binary(0);
        List<Expression.Compare.Operand> operands = new ArrayList<>();
        for (Comparison next = nextComparison(); next != null; next = nextComparison()) {
            operands.add(new Expression.Compare.Operand(next, binary(0)));
        }
        return operands.isEmpty() ? first : new Expression.Compare(first, List.copyOf(operands), at);
    }

    /** Null if there is none. */
    private Comparison nextComparison() {
        Token token = tokens.peek();
        if (tokens.skipName("in")) {
            return Comparison.IN;
        }
        if (token.isName("not") && tokens.peekSecond().isName("in")) {
            tokens.next();
            tokens.next();
            return Comparison.NOT_IN;
        }
        Comparison comparison = token.kind() == Kind.OPERATOR ? COMPARISONS.get(token.text()) : null;
        if (comparison != null) {
            tokens.next();
        }
        return comparison;
    }

    /** @param level index into {@link #LEVELS}; {@code ~} stands between the first two */
    private Expression binary(int level) {
        if (level == LEVELS.size()) {
            return unary(true);
        }
        int at = tokens.peek().at();
        Expression left = operand(level);
        while (tokens.peek().kind() == Kind.OPERATOR && LEVELS.get(level).containsKey(tokens.peek().text())) {
            Token sign = tokens.next();
            Operator operator = LEVELS.get(level).get(sign.text());
            if (operator == Operator.MODULO && left instanceof Expression.Literal(Text _, _)) {
                throw tokens.fault(sign.at(), "formatting with % is not supported");
            }
            left = new Expression.Binary(operator, left, operand(level), at);
        }
        return left;
    }

    private Expression operand(int level) {
        return level == 0 ? concat() : binary(level + 1);
    }

    private Expression concat() {
        int at = tokens.peek().at();
        Expression first = binary(1);
        if (!tokens.peek().isOperator("~")) {
            return first;
        }
        List<Expression> parts = new ArrayList<>(List.of(first));
        while (tokens.skipOperator("~")) {
            parts.add(binary(1));
        }
        return new Expression.Concat(List.copyOf(parts), at);
    }

    private Expression unary(boolean withFilters) {
        int at = tokens.peek().at();
        tokens.enter();
        Expression result;
        if (tokens.skipOperator("-")) {
            result = new Expression.Negate(unary(false), at);
        } else if (tokens.skipOperator("+")) {
            result = new Expression.Plus(unary(false), at);
        } else {
            result = primary();
        }
        result = postfixes(result);
        if (withFilters) {
            result = filtersAndTests(result);
        }
        tokens.leave();
        return result;
    }

    private Expression primary() {
        Token token = tokens.next();
        int at = token.at();
        return switch (token.kind()) {
            case NAME -> name(token);
            case STRING -> new Expression.Literal(Text.literal(strings(token)), at);
            case INTEGER -> new Expression.Literal(Value.of(integer(token)), at);
            case REAL -> new Expression.Literal(new Value.Real(Double.parseDouble(token.text())), at);
            case OPERATOR -> bracketed(token);
            default -> throw unexpected(token);
        };
    }

    private TemplateSyntaxException unexpected(Token token) {
        return tokens.fault(token.at(), "unexpected " + token.describe() + " where an expression should be");
    }

    private Expression name(Token token) {
        if (UNSUPPORTED.contains(token.text())) {
            throw tokens.fault(token.at(), token.text() + " is not supported");
        }
        return switch (token.text()) {
            case "true", "True" -> new Expression.Literal(Value.TRUE, token.at());
            case "false", "False" -> new Expression.Literal(Value.FALSE, token.at());
            case "none", "None" -> new Expression.Literal(Value.NONE, token.at());
            default -> new Expression.Name(token.text(), token.at());
        };
    }

    /** Strings side by side are one. */
    private String strings(Token first) {
        var joined = new StringBuilder(first.text());
        while (tokens.peek().kind() == Kind.STRING) {
            joined.append(tokens.next().text());
        }
        return joined.toString();
    }

    private long integer(Token token) {
        String digits = token.text().replace("_", "");
        try {
            return switch (digits.length() < 2 ? ' ' : Character.toLowerCase(digits.charAt(1))) {
                case 'x' -> Long.parseLong(digits.substring(2), 16);
                case 'o' -> Long.parseLong(digits.substring(2), 8);
                case 'b' -> Long.parseLong(digits.substring(2), 2);
                default -> Long.parseLong(digits);
            };
        } catch (NumberFormatException e) {
            throw tokens.fault(token.at(), "this is no whole number of 64 bits");
        }
    }

    private Expression bracketed(Token token) {
        return switch (token.text()) {
            case "(" -> parenthesized(token.at());
            case "[" -> new Expression.SequenceLiteral(Value.Sequence.Kind.LIST, items("]"), token.at());
            case "{" -> dict(token.at());
            default -> throw unexpected(token);
        };
    }

    private Expression parenthesized(int at) {
        if (tokens.skipOperator(")")) {
            return new Expression.SequenceLiteral(Value.Sequence.Kind.TUPLE, List.of(), at);
        }
        Expression inner = expressionOrTuple();
        tokens.expectOperator(")");
        return inner;
    }

    private List<Expression> items(String end) {
        List<Expression> items = new ArrayList<>();
        while (!tokens.skipOperator(end)) {
            items.add(expression());
            if (!tokens.peek().isOperator(end)) {
                tokens.expectOperator(",");
            }
        }
        return List.copyOf(items);
    }

    private Expression dict(int at) {
        List<Expression.DictLiteral.Entry> entries = new ArrayList<>();
        while (!tokens.skipOperator("}")) {
            Expression key = expression();
            tokens.expectOperator(":");
            entries.add(new Expression.DictLiteral.Entry(key, expression()));
            if (!tokens.peek().isOperator("}")) {
                tokens.expectOperator(",");
            }
        }
        return new Expression.DictLiteral(List.copyOf(entries), at);
    }

    private Expression postfixes(Expression start) {
        Expression result = start;
        while (true) {
            int at = tokens.peek().at();
            if (tokens.skipOperator(".")) {
                result = attribute(result, at);
            } else if (tokens.skipOperator("[")) {
                result = subscript(result, at);
            } else if (tokens.skipOperator("(")) {
                result = call(result, at);
            } else {
                return result;
            }
        }
    }

    private Expression attribute(Expression object, int at) {
        Token name = tokens.next();
        return switch (name.kind()) {
            case NAME -> new Expression.Attribute(object, Text.literal(name.text()), at);
            case INTEGER -> new Expression.Subscript(object, new Expression.Literal(Value.of(integer(name)), at), at);
            default -> throw tokens.fault(name.at(), "unexpected " + name.describe() + " where a name should be");
        };
    }

    private Expression subscript(Expression object, int at) {
        Expression from = tokens.peek().isOperator(":") ? null : expression();
        if (from != null && !tokens.peek().isOperator(":")) {
            tokens.expectOperator("]");
            return new Expression.Subscript(object, from, at);
        }
        tokens.expectOperator(":");
        Expression to = sliceBound();
        Expression step = tokens.skipOperator(":") ? sliceBound() : null;
        tokens.expectOperator("]");
        return new Expression.Slice(object, from, to, step, at);
    }

    private Expression sliceBound() {
        return tokens.peek().isOperator(":") || tokens.peek().isOperator("]") ? null : expression();
    }

    private Expression call(Expression callee, int at) {
        if (callee instanceof Expression.Attribute method && !Methods.isKnown(method.name())) {
            throw tokens.fault(method.at(), "the method " + method.name().withoutUserText() + "() is not supported; supported are " + Methods.names());
        }
        return new Expression.Call(callee, arguments(), at);
    }

    /** After the opening parenthesis. */
    Arguments arguments() {
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        while (!tokens.skipOperator(")")) {
            Token token = tokens.peek();
            if (token.isOperator("*") || token.isOperator("**")) {
                throw tokens.fault(token.at(), "arguments by " + token.text() + " are not supported");
            }
            if (token.kind() == Kind.NAME && tokens.peekSecond().isOperator("=")) {
                tokens.next();
                tokens.next();
                if (named.putIfAbsent(token.text(), expression()) != null) {
                    throw tokens.fault(token.at(), "the argument " + token.text() + " is given twice");
                }
            } else if (!named.isEmpty()) {
                throw tokens.fault(token.at(), "an argument without a name follows one with a name");
            } else {
                positional.add(expression());
            }
            if (!tokens.peek().isOperator(")")) {
                tokens.expectOperator(",");
            }
        }
        return new Arguments(List.copyOf(positional), named);
    }

    private Expression filtersAndTests(Expression start) {
        Expression result = start;
        while (true) {
            int at = tokens.peek().at();
            if (tokens.skipOperator("|")) {
                result = filter(result);
            } else if (tokens.skipName("is")) {
                result = test(result);
            } else if (tokens.skipOperator("(")) {
                result = call(result, at);
            } else {
                return result;
            }
        }
    }

    private Expression filter(Expression input) {
        Token name = tokens.expect(Kind.NAME, "the name of a filter");
        Builtin filter = Filters.TABLE.get(name.text());
        if (filter == null) {
            throw tokens.fault(name.at(), "the filter " + name.text() + " is not supported; supported are " + Builtin.names(Filters.TABLE));
        }
        Arguments arguments = tokens.skipOperator("(") ? arguments() : Arguments.NONE;
        filter.check(arguments).ifPresent(problem -> {
            throw tokens.fault(name.at(), problem);
        });
        return new Expression.Filter(input, filter, arguments, name.at());
    }

    private Expression test(Expression input) {
        int at = tokens.peek().at();
        boolean negated = tokens.skipName("not");
        Token name = tokens.expect(Kind.NAME, "the name of a test");
        Builtin test = Tests.TABLE.get(name.text());
        if (test == null) {
            throw tokens.fault(name.at(), "the test " + name.text() + " is not supported; supported are " + Builtin.names(Tests.TABLE));
        }
        Arguments arguments = testArguments();
        test.check(arguments).ifPresent(problem -> {
            throw tokens.fault(name.at(), problem);
        });
        Expression result = new Expression.Test(input, test, arguments, at);
        return negated ? new Expression.Not(result, at) : result;
    }

    /** In parentheses, or a single one without. */
    private Arguments testArguments() {
        if (tokens.skipOperator("(")) {
            return arguments();
        }
        Token token = tokens.peek();
        boolean isArgument = switch (token.kind()) {
            case NAME -> !List.of("else", "or", "and", "if", "is", "in", "not", "recursive").contains(token.text());
            case STRING, INTEGER, REAL -> true;
            case OPERATOR -> token.isOperator("[") || token.isOperator("{");
            default -> false;
        };
        return isArgument ? new Arguments(List.of(postfixes(primary())), Map.of()) : Arguments.NONE;
    }
}
