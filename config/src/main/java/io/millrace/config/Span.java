package io.millrace.config;

import java.util.stream.Collectors;

/** A stretch of a job file, [start, end). */
record Span(SourceText source, int start, int end) {
    Position at() {
        return source.position(start);
    }

    /** How many characters of it stand in its first line, at least 1. */
    int length() {
        int lineEnd = Math.min(end, source.lineEnd(start));
        return lineEnd <= start ? 1 : source.text().codePointCount(start, lineEnd);
    }

    /** What is written there, line breaks as spaces. */
    String written() {
        return source.text().substring(start, end).lines().map(String::strip).collect(Collectors.joining(" "));
    }

    Span to(Span last) {
        return new Span(source, start, Math.max(end, last.end));
    }

    Span first() {
        return new Span(source, start, Math.min(start + 1, source.text().length()));
    }
}
