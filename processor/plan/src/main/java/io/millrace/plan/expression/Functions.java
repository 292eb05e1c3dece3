package io.millrace.plan.expression;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlOperatorTable;
import org.apache.calcite.sql.fun.SqlLibraryOperators;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.util.SqlOperatorTables;

/**
 * The one function table: the SQL standard's functions and operators, and the entries of {@link #MORE}.
 *
 * <p>Decision: functions that answer differently when asked again ({@code CURRENT_TIMESTAMP}, {@code RAND}) are refused. A record
 * is processed again after a crash, and its results must then be the same, or state and output would disagree.
 */
final class Functions {
    /** The aggregate functions that the engine computes. */
    static final Set<String> AGGREGATES = Set.of("COUNT", "SUM", "MIN", "MAX", "AVG");

    private static final Set<String> CHANGING = Set.of(
            "CURRENT_TIMESTAMP",
            "CURRENT_TIME",
            "CURRENT_DATE",
            "LOCALTIME",
            "LOCALTIMESTAMP",
            "NOW",
            "PROCTIME",
            "SYSDATE",
            "SYSTIMESTAMP",
            "CURRENT_DATETIME",
            "CURRENT_ROW_TIMESTAMP",
            "UNIX_TIMESTAMP",
            "RAND",
            "RANDOM",
            "RAND_INTEGER",
            "UUID",
            "GENERATE_UUID");

    /** In letter order within each group. */
    private static final List<SqlOperator> MORE = List.of(
            // Conditions
            SqlLibraryOperators.GREATEST,
            SqlLibraryOperators.IF,
            SqlLibraryOperators.IFNULL,
            SqlLibraryOperators.LEAST,
            SqlLibraryOperators.NVL,
            SqlLibraryOperators.NVL2,
            SqlLibraryOperators.SAFE_CAST,
            SqlLibraryOperators.TRY_CAST,
            // Text
            SqlLibraryOperators.CHR,
            SqlLibraryOperators.CONCAT_FUNCTION,
            SqlLibraryOperators.CONCAT_WS,
            SqlLibraryOperators.CONTAINS_SUBSTR,
            SqlLibraryOperators.ENDS_WITH,
            SqlLibraryOperators.ILIKE,
            SqlLibraryOperators.INSTR,
            SqlLibraryOperators.LEFT,
            SqlLibraryOperators.LENGTH,
            SqlLibraryOperators.LEVENSHTEIN,
            SqlLibraryOperators.LPAD,
            SqlLibraryOperators.LTRIM,
            SqlLibraryOperators.NOT_ILIKE,
            SqlLibraryOperators.REGEXP_CONTAINS,
            SqlLibraryOperators.REGEXP_EXTRACT,
            SqlLibraryOperators.REGEXP_LIKE,
            SqlLibraryOperators.REGEXP_REPLACE_3,
            SqlLibraryOperators.REPEAT,
            SqlLibraryOperators.REVERSE,
            SqlLibraryOperators.RIGHT,
            SqlLibraryOperators.RPAD,
            SqlLibraryOperators.RTRIM,
            SqlLibraryOperators.SOUNDEX,
            SqlLibraryOperators.SPACE,
            SqlLibraryOperators.SPLIT,
            SqlLibraryOperators.SPLIT_PART,
            SqlLibraryOperators.STARTS_WITH,
            SqlLibraryOperators.STRPOS,
            SqlLibraryOperators.SUBSTR_POSTGRESQL,
            SqlLibraryOperators.TRANSLATE3,
            // Bytes and codes
            SqlLibraryOperators.CRC32,
            SqlLibraryOperators.FROM_BASE64,
            SqlLibraryOperators.FROM_HEX,
            SqlLibraryOperators.MD5,
            SqlLibraryOperators.SHA1,
            SqlLibraryOperators.SHA256,
            SqlLibraryOperators.SHA512,
            SqlLibraryOperators.TO_BASE64,
            SqlLibraryOperators.TO_HEX,
            SqlLibraryOperators.URL_DECODE,
            SqlLibraryOperators.URL_ENCODE,
            // Numbers
            SqlLibraryOperators.COSH,
            SqlLibraryOperators.HYPOT,
            SqlLibraryOperators.IS_INF,
            SqlLibraryOperators.IS_NAN,
            SqlLibraryOperators.LOG,
            SqlLibraryOperators.LOG2,
            SqlLibraryOperators.POW,
            SqlLibraryOperators.SINH,
            SqlLibraryOperators.TANH,
            // Time
            SqlLibraryOperators.DATE_FROM_UNIX_DATE,
            SqlLibraryOperators.DAYNAME,
            SqlLibraryOperators.FORMAT_DATE,
            SqlLibraryOperators.FORMAT_TIMESTAMP,
            SqlLibraryOperators.MONTHNAME,
            SqlLibraryOperators.PARSE_DATE,
            SqlLibraryOperators.PARSE_TIMESTAMP,
            SqlLibraryOperators.TIMESTAMP_MILLIS,
            SqlLibraryOperators.TIMESTAMP_SECONDS,
            SqlLibraryOperators.TIMESTAMP_TRUNC,
            SqlLibraryOperators.UNIX_DATE,
            SqlLibraryOperators.UNIX_MILLIS,
            SqlLibraryOperators.UNIX_SECONDS,
            // Arrays and maps
            SqlLibraryOperators.ARRAY_CONCAT,
            SqlLibraryOperators.ARRAY_CONTAINS,
            SqlLibraryOperators.ARRAY_DISTINCT,
            SqlLibraryOperators.ARRAY_JOIN,
            SqlLibraryOperators.ARRAY_LENGTH,
            SqlLibraryOperators.ARRAY_MAX,
            SqlLibraryOperators.ARRAY_MIN,
            SqlLibraryOperators.ARRAY_POSITION,
            SqlLibraryOperators.ARRAY_REVERSE,
            SqlLibraryOperators.MAP_CONTAINS_KEY,
            SqlLibraryOperators.MAP_KEYS,
            SqlLibraryOperators.MAP_VALUES);

    private final SqlOperatorTable table =
            SqlOperatorTables.chain(SqlStdOperatorTable.instance(), SqlOperatorTables.of(MORE));
    private final Set<String> functionNames = new TreeSet<>();
    private final Set<String> aggregateNames = new TreeSet<>(AGGREGATES);

    Functions() {
        for (SqlOperator operator : table.getOperatorList()) {
            boolean named =
                    operator instanceof SqlFunction && !operator.getName().startsWith("$");
            if (named && operator instanceof SqlAggFunction) {
                aggregateNames.add(operator.getName());
            } else if (named && !changes(operator.getName())) {
                functionNames.add(operator.getName());
            }
        }
        aggregateNames.removeAll(functionNames);
    }

    SqlOperatorTable table() {
        return table;
    }

    /** Whether a function of this name exists, letter case aside; aggregates excluded. */
    boolean isFunction(String name) {
        return functionNames.contains(upper(name));
    }

    /** Whether it is one of those beyond the standard. */
    static boolean isExtra(SqlOperator operator) {
        return MORE.contains(operator);
    }

    /** Whether it is the name of an aggregate function of SQL, supported or not. */
    boolean isAggregate(String name) {
        return aggregateNames.contains(upper(name));
    }

    static boolean isSupportedAggregate(String name) {
        return AGGREGATES.contains(upper(name));
    }

    /** Whether it is the name of a function whose answer changes from call to call. */
    static boolean changes(String name) {
        return CHANGING.contains(upper(name));
    }

    /** What a misspelt function may have meant. */
    List<String> names() {
        List<String> names = new ArrayList<>(functionNames);
        names.addAll(AGGREGATES);
        return names;
    }

    private static String upper(String name) {
        return name.toUpperCase(Locale.ROOT);
    }
}
