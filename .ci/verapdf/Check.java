import java.io.File;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Checks each file against each flavour; a line per pair, below it each broken rule once with its count. */
public class Check {
    private static final int MAX_FAILURES = 1000;

    public static void main(String[] arguments) {
        if (arguments.length < 2) {
            System.err.println("usage: verapdf FLAVOUR[,FLAVOUR] FILE...   flavours: 3a, 3b, ua1, ...");
            System.exit(2);
        }
        Logger.getLogger("").setLevel(Level.SEVERE);
        VeraGreenfieldFoundryProvider.initialise();
        boolean clean = true;
        for (String file : List.of(arguments).subList(1, arguments.length)) {
            for (String id : arguments[0].split(",")) {
                clean &= check(new File(file), id);
            }
        }
        System.exit(clean ? 0 : 1);
    }

    private static boolean check(File file, String id) {
        PDFAFlavour flavour = PDFAFlavour.byFlavourId(id);
        try (PDFAParser parser = Foundries.defaultInstance().createParser(file, flavour);
                PDFAValidator validator =
                        Foundries.defaultInstance().createValidator(flavour, MAX_FAILURES, false, true, false)) {
            ValidationResult result = validator.validate(parser);
            System.out.println((result.isCompliant() ? "PASS " : "FAIL ") + id + " " + file.getName());
            broken(result).forEach((rule, text) -> System.out.println("    " + rule + " " + text));
            return result.isCompliant();
        } catch (Exception error) {
            System.out.println("ERROR " + id + " " + file.getName() + " " + error);
            return false;
        }
    }

    private static Map<String, String> broken(ValidationResult result) {
        Map<String, String> rules = new TreeMap<>();
        Map<String, Integer> counts = new TreeMap<>();
        for (TestAssertion each : result.getTestAssertions()) {
            if (each.getStatus() == TestAssertion.Status.FAILED) {
                String rule = each.getRuleId().getClause() + "-" + each.getRuleId().getTestNumber();
                int count = counts.merge(rule, 1, Integer::sum);
                String first = rules.getOrDefault(rule, " " + each.getMessage() + " @ " + each.getLocation().getContext());
                rules.put(rule, "x" + count + first.substring(first.indexOf(' ')));
            }
        }
        return rules;
    }
}
