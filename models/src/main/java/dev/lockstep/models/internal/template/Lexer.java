package dev.lockstep.models.internal.template;

import dev.lockstep.models.internal.template.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Cuts a template into words, with {@code trim_blocks} and {@code lstrip_blocks}: a line break after a block or comment goes away,
 * and so do blanks before one that begins a line. {@code -} beside a tag takes away all white space there, {@code +} keeps it.
 * In one pass, without regular expressions.
 */
final class Lexer {
    /** The longest first. */
    private static final List<String> OPERATORS = List.of("//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")",
            "{", "}", ">", "<", "=", ".", ":", "|", ",", ";");

    private final Source source;
    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    /** Brackets that are open inside of the current tag, as the ones that close them. */
    private final Deque<Character> open = new ArrayDeque<>();
    private int at;
    /** True if what was read last ended with a line break. */
    private boolean lineStarts = true;

    private Lexer(Source source) {
        this.source = source;
        this.text = source.text();
    }

    static List<Token> tokens(Source source) {
        var lexer = new Lexer(source);
        while (lexer.at < lexer.text.length()) {
            lexer.readToNextTag();
        }
        lexer.add(Kind.END, "", lexer.at);
        return lexer.tokens;
    }

    private void add(Kind kind, String word, int begin) {
        tokens.add(new Token(kind, word, begin));
    }

    private void readToNextTag() {
        int tag = nextTag();
        if (tag < 0) {
            add(Kind.DATA, text.substring(at), at);
            at = text.length();
            return;
        }
        char kind = text.charAt(tag + 1);
        char sign = signAt(tag + 2);
        addData(tag, sign, kind != '{');
        at = tag + (sign == 0 ? 2 : 3);
        switch (kind) {
            case '#' -> skipComment(tag);
            case '{' -> readTag(Kind.PRINT_BEGIN, Kind.PRINT_END, tag);
            default -> {
                if (!readRaw(tag)) {
                    readTag(Kind.BLOCK_BEGIN, Kind.BLOCK_END, tag);
                }
            }
        }
    }

    private int nextTag() {
        for (int i = text.indexOf('{', at); i >= 0 && i + 1 < text.length(); i = text.indexOf('{', i + 1)) {
            if ("{%#".indexOf(text.charAt(i + 1)) >= 0) {
                return i;
            }
        }
        return -1;
    }

    /** {@code -} or {@code +} beside a tag, or 0. */
    private char signAt(int index) {
        char c = index < text.length() ? text.charAt(index) : 0;
        return c == '-' || c == '+' ? c : 0;
    }

    /** Adds the text up to a tag, stripped as the tag wants it. */
    private void addData(int end, char sign, boolean isBlock) {
        int kept = end;
        if (sign == '-') {
            kept = startOfSpace(at, end);
        } else if (sign != '+' && isBlock) {
            int line = startOfLine(at, end);
            if ((line > at || lineStarts) && startOfSpace(line, end) == line) {
                kept = line;
            }
        }
        if (kept > at) {
            add(Kind.DATA, text.substring(at, kept), at);
        }
        lineStarts = false;
    }

    /** Begin of the line before {@code end}, {@code begin} at the earliest. */
    private int startOfLine(int begin, int end) {
        int i = end;
        while (i > begin && text.charAt(i - 1) != '\n') {
            i--;
        }
        return i;
    }

    /** Begin of the white space before {@code end}, {@code begin} at the earliest. */
    private int startOfSpace(int begin, int end) {
        int i = end;
        while (i > begin && Characters.isSpace(text.charAt(i - 1))) {
            i--;
        }
        return i;
    }

    private void skipSpace() {
        while (at < text.length() && Characters.isSpace(text.charAt(at))) {
            at++;
        }
    }

    /** Goes on after the end of a tag, {@code size} chars from here. */
    private void endTag(char sign, int size, boolean trims) {
        at += size;
        if (sign == '-') {
            skipSpace();
        } else if (sign != '+' && trims && at < text.length() && text.charAt(at) == '\n') {
            at++;
        }
        lineStarts = text.charAt(at - 1) == '\n';
    }

    private void skipComment(int begin) {
        int end = text.indexOf("#}", at);
        if (end < 0) {
            throw source.fault(begin, "this comment has no end");
        }
        char sign = end > at ? signAt(end - 1) : 0;
        at = end;
        endTag(sign, 2, true);
    }

    /** Reads {@code {% raw %} … {% endraw %}} if that is what begins here. */
    private boolean readRaw(int begin) {
        int word = skipWord(at, "raw");
        if (word < 0) {
            return false;
        }
        char sign = signAt(word);
        if (sign == '+' || !text.startsWith("%}", word + (sign == '-' ? 1 : 0))) {
            return false;
        }
        at = word;
        endTag(sign, sign == '-' ? 3 : 2, false);
        for (int i = text.indexOf("{%", at); i >= 0; i = text.indexOf("{%", i + 1)) {
            char before = signAt(i + 2);
            int end = skipWord(i + (before == 0 ? 2 : 3), "endraw");
            char after = end < 0 ? 0 : signAt(end);
            if (end >= 0 && text.startsWith("%}", end + (after == 0 ? 0 : 1))) {
                addData(i, before, true);
                at = end;
                endTag(after, after == 0 ? 2 : 3, true);
                return true;
            }
        }
        throw source.fault(begin, "this raw block has no end");
    }

    /** Index after white space, {@code word}, and white space; or -1. */
    private int skipWord(int begin, String word) {
        int i = begin;
        while (i < text.length() && Characters.isSpace(text.charAt(i))) {
            i++;
        }
        if (!text.startsWith(word, i)) {
            return -1;
        }
        i += word.length();
        while (i < text.length() && Characters.isSpace(text.charAt(i))) {
            i++;
        }
        return i;
    }

    private void readTag(Kind beginKind, Kind endKind, int begin) {
        add(beginKind, "", begin);
        open.clear();
        String end = endKind == Kind.BLOCK_END ? "%}" : "}}";
        while (true) {
            skipSpace();
            if (at >= text.length()) {
                throw source.fault(begin, "this tag has no end");
            }
            if (open.isEmpty()) {
                char sign = signAt(at);
                boolean signed = sign == '-' || sign == '+' && endKind == Kind.BLOCK_END;
                if (text.startsWith(end, at + (signed ? 1 : 0))) {
                    add(endKind, "", at);
                    endTag(signed ? sign : 0, signed ? 3 : 2, endKind == Kind.BLOCK_END);
                    return;
                }
            }
            readWord();
        }
    }

    private void readWord() {
        char c = text.charAt(at);
        if (c >= '0' && c <= '9') {
            readNumber();
        } else if (c == '_' || Character.isUnicodeIdentifierStart(c)) {
            int begin = at;
            while (at < text.length() && (text.charAt(at) == '_' || Character.isUnicodeIdentifierPart(text.charAt(at)))) {
                at++;
            }
            add(Kind.NAME, text.substring(begin, at), begin);
        } else if (c == '"' || c == '\'') {
            readString(c);
        } else {
            readOperator();
        }
    }

    private void readString(char quote) {
        int begin = at++;
        while (at < text.length() && text.charAt(at) != quote) {
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
        if (at >= text.length()) {
            throw source.fault(begin, "this string has no end");
        }
        add(Kind.STRING, Escapes.decode(source, begin + 1, at), begin);
        at++;
    }

    private void readNumber() {
        int begin = at;
        boolean afterDot = begin > 0 && text.charAt(begin - 1) == '.';
        if (text.charAt(at) == '0' && at + 1 < text.length() && "bBoOxX".indexOf(text.charAt(at + 1)) >= 0) {
            at += 2;
            skipWhile("0123456789abcdefABCDEF_");
            add(Kind.INTEGER, text.substring(begin, at), begin);
            return;
        }
        skipDigits();
        boolean real = !afterDot && (skipFraction() | skipExponent());
        add(real ? Kind.REAL : Kind.INTEGER, text.substring(begin, at).replace("_", ""), begin);
    }

    private boolean skipFraction() {
        if (at + 1 < text.length() && text.charAt(at) == '.' && isDigit(at + 1)) {
            at++;
            skipDigits();
            return true;
        }
        return false;
    }

    private boolean skipExponent() {
        if (at < text.length() && "eE".indexOf(text.charAt(at)) >= 0 && isDigit(at + (signAt(at + 1) == 0 ? 1 : 2))) {
            at += 2;
            skipDigits();
            return true;
        }
        return false;
    }

    private boolean isDigit(int index) {
        return index < text.length() && text.charAt(index) >= '0' && text.charAt(index) <= '9';
    }

    private void skipDigits() {
        skipWhile("0123456789_");
    }

    private void skipWhile(String chars) {
        while (at < text.length() && chars.indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private void readOperator() {
        String operator = OPERATORS.stream().filter(each -> text.startsWith(each, at)).findFirst()
                .orElseThrow(() -> source.fault(at, "unexpected character"));
        int bracket = "([{".indexOf(operator);
        if (bracket >= 0) {
            open.push(")]}".charAt(bracket));
        } else if (")]}".contains(operator) && (open.isEmpty() || open.pop() != operator.charAt(0))) {
            throw source.fault(at, "unexpected '" + operator + "'");
        }
        add(Kind.OPERATOR, operator, at);
        at += operator.length();
    }
}
