"""The wall around accounts, tokens, second factors and sign-in attempts, and rights on Django's own tables."""

from django.db import migrations

from shegong.kernel import wall

# At sign-in the account isn't known yet: the sign-in view opens this gate for its own transaction only.
ACCOUNT = "id = wall_account() OR wall_signing_in() OR wall_roles() && '{admin,dpo}'::text[]"
OWN = "user_id = wall_account() OR wall_roles() @> '{admin}'"


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0001_initial"),
        ("kernel", "0001_wall"),
        ("sessions", "0001_initial"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("otp_totp", "0003_add_timestamps"),
        ("otp_static", "0003_add_timestamps"),
        ("axes", "0010_accessattemptexpiration"),
    ]
    operations = [
        *[
            wall.grant(table, "select, insert, update, delete")
            for table in (
                "people_account", "people_account_groups", "people_account_user_permissions", "people_accesstoken",
                "django_session", "otp_totp_totpdevice", "otp_static_staticdevice", "otp_static_statictoken",
                "axes_accessattempt", "axes_accesslog", "axes_accessfailurelog", "axes_accessattemptexpiration",
            )
        ],
        wall.grant("django_admin_log", "select, insert"),
        *[
            wall.grant(table, "select")
            for table in (
                "django_content_type", "django_migrations", "auth_permission", "auth_group", "auth_group_permissions",
            )
        ],
        wall.enable("people_account"),
        wall.policy("people_account", "seen_by_itself_and_administrators", ACCOUNT, command="SELECT"),
        # Signing in writes the time of the last sign-in and may renew the password's hash.
        wall.policy("people_account", "kept_by_itself", "id = wall_account() OR wall_signing_in()", command="UPDATE"),
        wall.policy("people_account", "changed_by_administrators", "wall_roles() @> '{admin}'"),
        *[
            operation
            for table in ("people_account_groups", "people_account_user_permissions")
            for operation in (
                wall.enable(table),
                wall.policy(
                    table, "seen_by_itself_and_administrators",
                    "account_id = wall_account() OR wall_roles() && '{admin,dpo}'::text[]", command="SELECT",
                ),
                wall.policy(table, "changed_by_administrators", "wall_roles() @> '{admin}'"),
            )
        ],
        wall.enable("people_accesstoken"),
        wall.policy(
            "people_accesstoken", "own_tokens", "account_id = wall_account() OR wall_roles() @> '{admin}'"
        ),
        wall.enable("django_admin_log"),
        wall.policy("django_admin_log", "own_entries", "user_id = wall_account() OR wall_roles() && '{admin,dpo}'"),
        wall.enable("otp_totp_totpdevice"),
        wall.policy("otp_totp_totpdevice", "own_devices", OWN),
        wall.enable("otp_static_staticdevice"),
        wall.policy("otp_static_staticdevice", "own_devices", OWN),
        wall.enable("otp_static_statictoken"),
        wall.policy(
            "otp_static_statictoken", "own_devices", "EXISTS (SELECT FROM otp_static_staticdevice d WHERE d.id = device_id)"
        ),
        *[
            operation
            for table in ("axes_accessattempt", "axes_accesslog", "axes_accessfailurelog")
            for operation in (
                wall.enable(table),
                wall.policy(table, "at_the_gate", "wall_signing_in() OR wall_roles() && '{admin,dpo}'::text[]"),
            )
        ],
        wall.enable("axes_accessattemptexpiration"),
        wall.policy(
            "axes_accessattemptexpiration", "at_the_gate", "wall_signing_in() OR wall_roles() && '{admin,dpo}'::text[]"
        ),
    ]
