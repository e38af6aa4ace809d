"""Where this slice is reached. ``api`` is mounted at /api/v1/, ``pages`` at /."""

from django.urls import URLPattern, path, re_path

from accounts.sessions import api as endpoints
from accounts.sessions import confirm_page, factors_api, google_api, google_pages, passkey_pages, passkeys_api, second_factor, step_up_api
from accounts.sessions import pages as pages_

api: list[URLPattern] = [
    path("auth/sign-up", endpoints.SignUp.as_view(), name="auth-sign-up"),
    path("auth/sign-in", endpoints.SignIn.as_view(), name="auth-sign-in"),
    path("auth/mfa", factors_api.SecondFactor.as_view(), name="auth-mfa"),
    path("auth/mfa/passkey-options", factors_api.SecondFactorOptions.as_view(), name="auth-mfa-passkey-options"),
    path("auth/mfa/totp", factors_api.Totp.as_view(), name="auth-mfa-totp"),
    path("auth/mfa/recovery-codes", factors_api.RecoveryCodes.as_view(), name="auth-mfa-recovery-codes"),
    path("auth/passkeys", passkeys_api.Passkeys.as_view(), name="auth-passkeys"),
    path("auth/passkeys/options", passkeys_api.PasskeyOptions.as_view(), name="auth-passkeys-options"),
    path("auth/passkeys/sign-in", passkeys_api.PasskeySignIn.as_view(), name="auth-passkeys-sign-in"),
    path("auth/passkeys/sign-in/options", passkeys_api.PasskeySignInOptions.as_view(), name="auth-passkeys-sign-in-options"),
    path("auth/passkeys/<int:passkey_id>", passkeys_api.OnePasskey.as_view(), name="auth-passkey"),
    path("auth/sign-out", endpoints.SignOut.as_view(), name="auth-sign-out"),
    path("auth/refresh-token", endpoints.RefreshToken.as_view(), name="auth-refresh-token"),
    path("auth/confirm-email", endpoints.ConfirmEmail.as_view(), name="auth-confirm-email"),
    path("auth/resend-email", endpoints.ResendEmail.as_view(), name="auth-resend-email"),
    path("auth/forgot-password", endpoints.ForgotPassword.as_view(), name="auth-forgot-password"),
    path("auth/reset-password", endpoints.ResetPassword.as_view(), name="auth-reset-password"),
    path("auth/change-password", endpoints.ChangePassword.as_view(), name="auth-change-password"),
    path("auth/google", google_api.Google.as_view(), name="auth-google"),
    path("auth/accounts", google_api.Connected.as_view(), name="auth-accounts"),
    path("auth/accounts/<int:account_id>", google_api.OneConnected.as_view(), name="auth-account"),
    path("auth/reauthenticate", step_up_api.Reauthenticate.as_view(), name="auth-reauthenticate"),
    path("auth/reauthenticate/options", step_up_api.ReauthenticateOptions.as_view(), name="auth-reauthenticate-options"),
    path("auth/sessions", endpoints.Sessions.as_view(), name="auth-sessions"),
    path("auth/sessions/<uuid:session_id>", endpoints.OneSession.as_view(), name="auth-session"),
]
# allauth finds its pages by these names.
pages: list[URLPattern] = [
    path("sign-up/", pages_.SignUp.as_view(), name="account_signup"),
    path("sign-in/", pages_.SignIn.as_view(), name="account_login"),
    path("sign-in/code/", pages_.SecondFactor.as_view(), name="mfa_authenticate"),
    path("sign-in/passkey/", passkey_pages.PasskeySignIn.as_view(), name="mfa_login_webauthn"),
    path("sign-in/google/", google_pages.GoogleStart.as_view(), name="google_login"),
    path("sign-in/google/callback/", google_pages.GoogleCallback.as_view(), name="google_callback"),
    path("sign-up/google/", google_pages.GoogleSignUp.as_view(), name="socialaccount_signup"),
    path("sign-out/", pages_.SignOut.as_view(), name="account_logout"),
    path("verify/", pages_.VerifySent.as_view(), name="account_email_verification_sent"),
    path("verify/<str:key>/", pages_.VerifyLink.as_view(), name="account_confirm_email"),
    path("forgot/", pages_.Forgot.as_view(), name="account_reset_password"),
    path("forgot/sent/", pages_.ForgotSent.as_view(), name="account_reset_password_done"),
    re_path(r"^reset/(?P<uidb36>[0-9A-Za-z_]+)-(?P<key>.+)/$", pages_.Reset.as_view(), name="account_reset_password_from_key"),
    path("settings/password/", pages_.ChangePassword.as_view(), name="account_change_password"),
    path("settings/confirm/", confirm_page.Confirm.as_view(), name="account_reauthenticate"),
    path("settings/sessions/", pages_.Sessions.as_view(), name="settings_sessions"),
    path("settings/sessions/end-others/", pages_.EndSession.as_view(), name="settings_sessions_end_others"),
    path("settings/sessions/<uuid:session_id>/end/", pages_.EndSession.as_view(), name="settings_session_end"),
    path("settings/accounts/", google_pages.ConnectedAccounts.as_view(), name="settings_accounts"),
    path("settings/accounts/google/", google_pages.Connect.as_view(), name="settings_accounts_google"),
    path("settings/accounts/<int:account_id>/disconnect/", google_pages.Disconnect.as_view(), name="settings_account_disconnect"),
    path("settings/two-factor/", second_factor.Overview.as_view(), name="mfa_index"),
    path("settings/two-factor/set-up/", second_factor.SetUp.as_view(), name="mfa_activate_totp"),
    path("settings/two-factor/turn-off/", second_factor.TurnOff.as_view(), name="mfa_deactivate_totp"),
    path("settings/two-factor/passkeys/add/", passkey_pages.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("settings/two-factor/passkeys/<int:passkey_id>/", passkey_pages.OnePasskey.as_view(), name="mfa_edit_webauthn"),
    path("settings/two-factor/passkeys/<int:passkey_id>/remove/", passkey_pages.RemovePasskey.as_view(), name="mfa_remove_webauthn"),
    path("settings/two-factor/codes/", second_factor.RecoveryCodes.as_view(), name="mfa_view_recovery_codes"),
    path("settings/two-factor/codes/new/", second_factor.NewRecoveryCodes.as_view(), name="mfa_generate_recovery_codes"),
]
