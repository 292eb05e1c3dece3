package io.millrace.serde;

/**
 * ISO-8601 text of dates and times to their numbers and back, by hand: these run once per record, and java.time allocates.
 *
 * <p>Years are 0000 to 9999, or signed with 4 to 9 digits. Digits of a second past the millisecond are cut off. The parsers
 * throw {@link IllegalArgumentException} with a message that does not hold the text.
 */
public final class TimeText {
    /** Enough characters for anything that this class writes. */
    public static final int MAX_CHARS = 40;

    private static final long DAY_MS = 86_400_000;

    private TimeText() {}

    /** Days since 1970-01-01 of {@code yyyy-MM-dd}. */
    public static int parseDate(char[] text, int offset, int length) {
        TimeScanner scanner = new TimeScanner(text, offset, length);
        int days = scanner.date();
        scanner.end();
        return days;
    }

    /** Milliseconds of the day of {@code HH:mm[:ss[.fraction]]}. */
    public static int parseTime(char[] text, int offset, int length) {
        TimeScanner scanner = new TimeScanner(text, offset, length);
        int ms = scanner.time();
        scanner.end();
        return ms;
    }

    /**
     * Milliseconds of a wall clock: a date, then T or a space and a time, or the date alone for midnight. A final Z is
     * accepted, for UTC's wall clock is meant; another offset is refused, because it says that an instant is meant.
     */
    public static long parseTimestamp(char[] text, int offset, int length) {
        TimeScanner scanner = new TimeScanner(text, offset, length);
        long ms = scanner.dateTime();
        if (scanner.zoneOffsetMs() != 0) {
            throw new IllegalArgumentException("a TIMESTAMP has no time zone; declare it TIMESTAMP_LTZ");
        }
        scanner.end();
        return ms;
    }

    /** Milliseconds since 1970-01-01T00:00:00Z: as {@link #parseTimestamp}, with Z or an offset such as +02:00, by default Z. */
    public static long parseInstant(char[] text, int offset, int length) {
        TimeScanner scanner = new TimeScanner(text, offset, length);
        long ms = scanner.dateTime();
        long zoneOffsetMs = scanner.zoneOffsetMs();
        scanner.end();
        return ms - zoneOffsetMs;
    }

    /** Writes {@code yyyy-MM-dd} into {@code target} from {@code start}. @return the place after it */
    public static int putDate(int days, char[] target, int start) {
        return putDay(days, target, start);
    }

    /** Writes {@code HH:mm:ss.SSS}. @return the place after it */
    public static int putTime(int msOfDay, char[] target, int start) {
        int place = putDigits(msOfDay / 3_600_000, 2, target, start);
        target[place++] = ':';
        place = putDigits(msOfDay / 60_000 % 60, 2, target, place);
        target[place++] = ':';
        place = putDigits(msOfDay / 1000 % 60, 2, target, place);
        target[place++] = '.';
        return putDigits(msOfDay % 1000, 3, target, place);
    }

    /** Writes {@code yyyy-MM-ddTHH:mm:ss.SSS}. @return the place after it */
    public static int putTimestamp(long ms, char[] target, int start) {
        int place = putDay(Math.floorDiv(ms, DAY_MS), target, start);
        target[place++] = 'T';
        return putTime((int) Math.floorMod(ms, DAY_MS), target, place);
    }

    /** Writes {@code yyyy-MM-ddTHH:mm:ss.SSSZ}. @return the place after it */
    public static int putInstant(long ms, char[] target, int start) {
        int place = putTimestamp(ms, target, start);
        target[place++] = 'Z';
        return place;
    }

    /** Days since 1970-01-01 in the proleptic Gregorian calendar: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
    static long daysOf(long year, int month, int day) {
        long y = month <= 2 ? year - 1 : year;
        long era = Math.floorDiv(y, 400);
        long yearOfEra = y - era * 400;
        long dayOfYear = (153L * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        long dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
        return era * 146_097 + dayOfEra - 719_468;
    }

    /** The inverse of {@link #daysOf}, from the same source. */
    private static int putDay(long days, char[] target, int start) {
        long shifted = days + 719_468;
        long era = Math.floorDiv(shifted, 146_097);
        long dayOfEra = shifted - era * 146_097;
        long yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        long dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        long shiftedMonth = (5 * dayOfYear + 2) / 153;
        int day = (int) (dayOfYear - (153 * shiftedMonth + 2) / 5 + 1);
        int month = (int) (shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9);
        int place = putYear(yearOfEra + era * 400 + (month <= 2 ? 1 : 0), target, start);
        target[place++] = '-';
        place = putDigits(month, 2, target, place);
        target[place++] = '-';
        return putDigits(day, 2, target, place);
    }

    private static int putYear(long year, char[] target, int start) {
        if (year >= 0 && year <= 9999) {
            return putDigits((int) year, 4, target, start);
        }
        target[start] = year < 0 ? '-' : '+';
        int size = (int) Math.abs(year);
        return putDigits(size, Math.max(4, Integer.toString(size).length()), target, start + 1);
    }

    private static int putDigits(int value, int digits, char[] target, int start) {
        int rest = value;
        for (int i = start + digits - 1; i >= start; i--) {
            target[i] = (char) ('0' + rest % 10);
            rest /= 10;
        }
        return start + digits;
    }
}
