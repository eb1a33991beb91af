"""What a station wanted to discuss about a case in supervision goes with the file."""

from django.db import migrations

FORGET = """
CREATE FUNCTION practice_reviews_forget() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE practice_casereview r SET question = '—'
    FROM practice_case k JOIN practice_client c ON c.id = k.client_id AND c.hub_id = k.hub_id
    WHERE r.case_id = k.id AND r.hub_id = k.hub_id AND r.hub_id = NEW.hub_id AND (c.id = NEW.id OR c.merged_into_id = NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER practice_reviews_forget AFTER UPDATE OF state ON practice_client
    FOR EACH ROW WHEN (OLD.state <> 'erased' AND NEW.state = 'erased') EXECUTE FUNCTION practice_reviews_forget();
"""


class Migration(migrations.Migration):
    dependencies = [("practice", "0041_case_review_wall")]
    operations = [
        migrations.RunSQL(
            FORGET, "DROP TRIGGER practice_reviews_forget ON practice_client; DROP FUNCTION practice_reviews_forget();"
        )
    ]
